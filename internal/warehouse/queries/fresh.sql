-- What the new batch {{batch}} brings, by campaign and days, for the checks.
create or replace temp table fresh as
with sums as (
    select
        stream, campaign, first_day, last_day,
        count(*) as rows,
        sum(impressions)::bigint as impressions,
        sum({{clicks}})::bigint as clicks,
        sum(spend)::bigint as spend,
        sum({{conversions}})::bigint as conversions,
        sum({{value}})::bigint as value
    from {{table}}
    where batch = {{batch}}
    group by stream, campaign, first_day, last_day
)
select
    f.stream, s.account, s.level, s.depth, s.breakdown, s.splits, s.currency,
    f.campaign, f.first_day, f.last_day, f.rows, f.impressions, f.clicks, f.spend, f.conversions, f.value
from sums f
join stream s on s.stream = f.stream
