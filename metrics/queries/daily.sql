-- The days of each channel: what is known of them, and their sums.
with take as (
    {{take}}
),
held as (
    -- Days that an export speaks of, by naming the campaign or by leaving it
    -- out of a complete file.
    select t.channel, v.day, max(b.known_as_of) as known_as_of
    from served({{as_of}}, {{from}}, {{to}}, '{{accounts}}', 0, '') v
    join take t on t.account = v.account and t.campaign = v.campaign
    join batch b on b.batch = v.batch
    group by all
    union all
    select t.channel, d.day::date, max(b.known_as_of)
    from covered c
    join batch b on b.batch = c.batch
    join (select distinct account, channel from take) t on t.account = c.account
    cross join (select unnest(generate_series({{from}}, {{to}}, interval 1 day)) as day) d
    where b.undone_at is null
      and not b.withheld
      and b.known_as_of <= {{as_of}}
      and d.day between c.first_day and c.last_day
    group by all
),
known as (
    select channel, day, max(known_as_of) as known_as_of
    from held
    group by all
),
delivered as (
    select
        t.channel, r.day,
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
    k.channel, k.day, k.known_as_of,
    coalesce(d.impressions, 0), coalesce(d.clicks, 0), coalesce(d.spend, 0),
    coalesce(d.conversions, 0), coalesce(d.conversion_value, 0),
    coalesce(d.eligible, 0), coalesce(d.lost_budget, 0)
from known k
left join delivered d on d.channel = k.channel and d.day = k.day
order by k.channel, k.day
