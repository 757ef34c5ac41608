-- Periods whose every day is known by day, in one of the two ways: rows of the
-- new batch over periods that were known by day, or days of the new batch inside
-- periods that were known as a whole. The sums of both, of the campaigns that
-- both name.
with daily as (
    select account, campaign, first_day as day, sum(impressions) as impressions, sum(clicks) as clicks, sum(spend) as spend, true as fresh
    from fresh
    where first_day = last_day and depth is not null and splits = 0
    group by all
    union all
    select r.account, r.campaign, r.day, r.impressions, coalesce(r.clicks, r.clicks_all, r.interactions), r.spend, false
    from rollup r
    where r.account in (select account from fresh)
      and r.day between (select min(first_day) from fresh) and (select max(last_day) from fresh)
),
whole as (
    select account, campaign, first_day, last_day, currency, sum(impressions) as impressions, sum(clicks) as clicks, sum(spend) as spend, true as fresh
    from fresh
    where first_day < last_day and depth is not null and splits = 0
    group by all
    union all
    select
        s.account, p.campaign, p.first_day, p.last_day, s.currency,
        sum(r.impressions), sum(coalesce(r.clicks, r.clicks_all, r.interactions)), sum(r.spend), false
    from span p
    join stream s on s.stream = p.stream
    join batch b on b.batch = p.batch
    join fact r
      on r.batch = p.batch and r.stream = p.stream and r.campaign = p.campaign
     and r.first_day = p.first_day and r.last_day = p.last_day
    where r.batch in ({{batches}})
      and s.account in (select account from fresh)
      and s.depth is not null and s.splits = 0
      and b.undone_at is null and not b.withheld
      and p.last_day >= (select min(first_day) from fresh) and p.first_day <= (select max(last_day) from fresh)
    group by all
),
covered as (
    select w.account, w.first_day, w.last_day, w.fresh
    from (select distinct account, first_day, last_day, fresh from whole) w
    join daily d on d.account = w.account and d.day between w.first_day and w.last_day and d.fresh <> w.fresh
    group by all
    having count(distinct d.day) = w.last_day - w.first_day + 1
),
inside as (
    select c.account, c.first_day, c.last_day, c.fresh, d.campaign, sum(d.impressions) as impressions, sum(d.clicks) as clicks, sum(d.spend) as spend
    from covered c
    join daily d on d.account = c.account and d.day between c.first_day and c.last_day and d.fresh <> c.fresh
    group by all
)
select
    w.first_day, w.last_day, w.fresh, w.currency,
    sum(w.spend)::bigint, sum(i.spend)::bigint,
    sum(w.impressions)::bigint, sum(i.impressions)::bigint,
    sum(w.clicks)::bigint, sum(i.clicks)::bigint
from whole w
join inside i using (account, campaign, first_day, last_day, fresh)
group by w.first_day, w.last_day, w.fresh, w.currency
order by w.first_day, w.last_day, w.fresh
limit 20
