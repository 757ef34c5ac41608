-- Rows that cover more than a day, by span, with their sums.
with take as (
    {{take}}
)
select
    p.first_day, p.last_day, s.account, p.campaign, t.channel, s.stream, p.batch, s.depth, s.splits, s.breakdown, s.currency,
    {{sums}}
from span p
join stream s on s.stream = p.stream
join batch b on b.batch = p.batch
join take t on t.account = s.account and t.campaign = p.campaign
join fact r
  on r.batch = p.batch
 and r.stream = p.stream
 and r.first_day = p.first_day
 and r.last_day = p.last_day
 and r.campaign = p.campaign
where b.undone_at is null
  and not b.withheld
  and b.known_as_of <= {{as_of}}
  and p.last_day >= {{from}}
  and p.first_day <= {{to}}
  and s.depth is not null
group by p.first_day, p.last_day, s.account, p.campaign, t.channel, s.stream, p.batch, s.depth, s.splits, s.breakdown, s.currency,
    b.known_as_of, b.imported_at
order by b.known_as_of desc, b.imported_at desc, p.batch desc, p.first_day
