-- The days on which a scope has amounts in another currency than its own.
with take as (
    {{take}}
)
select distinct c.currency, r.day
from {{source}} r
join take t on t.account = r.account and t.campaign = r.campaign
join stream c on c.stream = r.stream
where r.day between {{from}} and {{to}}
  and c.currency <> ?
  and ({{amounts}})
order by c.currency, r.day
