-- What the new batch {{batch}} brings, by campaign and days, for the checks.
create or replace temp table fresh as
select
    f.stream, s.account, s.level, s.depth, s.breakdown, s.splits, s.currency,
    f.campaign, f.first_day, f.last_day,
    count(*) as rows,
    sum(f.impressions)::bigint as impressions,
    sum(coalesce(f.clicks, f.clicks_all, f.interactions))::bigint as clicks,
    sum(f.spend)::bigint as spend,
    sum(coalesce(f.conversions, f.purchases))::bigint as conversions,
    sum(coalesce(f.conversion_value, f.purchase_value))::bigint as value
from fact f
join stream s on s.stream = f.stream
where f.batch = {{batch}}
group by all
