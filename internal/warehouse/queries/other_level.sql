-- Other streams that hold days and campaigns of the new batch, with the sums of
-- both on what they have in common.
with other as (
    select v.stream, v.day, v.campaign, v.batch
    from vintage(timestamp '9999-12-31', {{from}}, {{to}}, '{{accounts}}') v
    where not v.absent
      and v.stream not in (select stream from fresh)
),
common as (
    select
        f.stream as mine, o.stream as other, o.batch, o.day, o.campaign,
        f.impressions, f.clicks, f.spend
    from fresh f
    join stream m on m.stream = f.stream
    join stream x on x.account = m.account and x.currency = m.currency and x.depth is not null
    join other o on o.stream = x.stream and o.campaign = f.campaign and o.day = f.first_day
    where f.first_day = f.last_day and m.depth is not null
),
theirs as (
    select
        c.mine, c.other, c.day, c.campaign,
        sum(r.impressions) as impressions, sum(coalesce(r.clicks, r.clicks_all, r.interactions)) as clicks, sum(r.spend) as spend
    from common c
    join fact r
      on r.batch = c.batch and r.stream = c.other and r.campaign = c.campaign
     and r.first_day = c.day and r.last_day = c.day
    group by all
)
select
    m.level, m.depth, m.breakdown, m.splits, x.level, x.depth, x.breakdown, x.splits, m.currency,
    min(c.day), max(c.day), count(distinct c.day),
    sum(c.spend)::bigint, sum(t.spend)::bigint,
    sum(c.impressions)::bigint, sum(t.impressions)::bigint,
    sum(c.clicks)::bigint, sum(t.clicks)::bigint
from common c
join theirs t using (mine, other, day, campaign)
join stream m on m.stream = c.mine
join stream x on x.stream = c.other
group by all
order by x.splits, x.depth, x.breakdown, m.currency
