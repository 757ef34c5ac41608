-- The days of each object of a campaign, of the level that the source goes to.
with take as (
    {{take}}
),
rows as (
    select
        t.channel, r.campaign, {{ad_group}} as ad_group, {{ad}} as ad, r.day,
        sum(r.impressions)::bigint as impressions,
        sum(r.clicks)::bigint as clicks,
        sum(r.spend)::bigint as spend,
        sum({{conversions}})::bigint as conversions,
        sum({{value}})::bigint as conversion_value,
        case when count(r.eligible_impressions) = count(r.impressions) then sum(r.eligible_impressions)::bigint end as eligible,
        case when count(r.lost_budget_impressions) = count(r.impressions) then sum(r.lost_budget_impressions)::bigint end as lost_budget
    from {{source}} r
    join take t on t.account = r.account and t.campaign = r.campaign
    where r.day between {{from}} and {{to}}
    group by all
)
select
    channel, campaign, ad_group, ad, day,
    coalesce(impressions, 0), coalesce(clicks, 0), coalesce(spend, 0),
    coalesce(conversions, 0), coalesce(conversion_value, 0),
    coalesce(eligible, 0), coalesce(lost_budget, 0)
from rows
order by all
