-- What the campaigns of the new batch {{batch}} deliver on each day, under the
-- names that it gives them.
select
    coalesce(nullif(n.name, ''), c.name), c.ext_id, a.name, a.ext_id, f.currency, f.first_day, f.last_day,
    sum(f.rows)::bigint, coalesce(sum(f.spend), 0)::bigint, coalesce(sum(f.impressions), 0)::bigint
from fresh f
join entity c on c.entity = f.campaign
join naming n on n.entity = f.campaign and n.batch = {{batch}}
join entity a on a.entity = f.account
group by all
order by 1, 2, 3, 4, 6, 7
