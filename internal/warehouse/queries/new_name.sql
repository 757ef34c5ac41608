-- Campaigns that the new batch is the first to know, and that start on the day
-- after one of their account stops, with about its spend a day and cost of an
-- impression.
with days as (
    select account, campaign, first_day as day, sum(spend) as spend, sum(impressions) as impressions
    from fresh
    where first_day = last_day and campaign <> 0 and depth is not null and spend > 0
    group by all
    union all
    select r.account, r.campaign, r.day, r.spend, r.impressions
    from rollup r
    where r.account in (select account from fresh) and r.campaign <> 0 and r.spend > 0
      and not exists (
          select 1 from fresh f
          where f.account = r.account and f.campaign = r.campaign and f.first_day = r.day and f.last_day = r.day and f.depth is not null
      )
),
ends as (
    select account, campaign, min(day) as first_day, max(day) as last_day
    from days
    group by account, campaign
),
stop as (
    select
        e.account, e.campaign, e.last_day,
        avg(d.spend) as spend, sum(d.spend) / nullif(sum(d.impressions), 0) as price, count(*) as n
    from ends e
    join days d on d.account = e.account and d.campaign = e.campaign and d.day > e.last_day - 7
    group by all
),
start as (
    select
        e.account, e.campaign, e.first_day,
        avg(d.spend) as spend, sum(d.spend) / nullif(sum(d.impressions), 0) as price, count(*) as n
    from ends e
    join days d on d.account = e.account and d.campaign = e.campaign and d.day < e.first_day + 7
    where not exists (select 1 from rollup r where r.account = e.account and r.campaign = e.campaign)
    group by all
),
pairs as (
    select
        a.account, a.campaign as stops, b.campaign as starts, b.first_day as day,
        count(*) over (partition by a.account, a.campaign) as rivals,
        count(*) over (partition by b.account, b.campaign) as choices
    from stop a
    join start b on b.account = a.account and b.first_day = a.last_day + 1
    where a.n >= 3 and b.n >= 3
      and b.spend / a.spend between 2.0 / 3 and 1.5
      and b.price / a.price between 2.0 / 3 and 1.5
)
select stops, starts, day
from pairs
where rivals = 1 and choices = 1
order by day, stops
