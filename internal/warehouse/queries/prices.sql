-- Days of the campaigns on which the new batch spends most: as it has them
-- (fresh), and as they were known, up to {{around}} days around its own.
with most as (
    select account, campaign
    from fresh
    where campaign <> 0 and first_day = last_day
    group by account, campaign
    order by sum(spend) desc nulls last, campaign
    limit 200
),
bounds as (
    select min(first_day) - {{around}} as first_day, max(last_day) + {{around}} as last_day from fresh
)
select
    true as fresh, f.account, f.campaign, f.first_day as day, bool_and(f.depth is not null) as whole,
    sum(f.rows)::bigint, sum(f.impressions)::bigint, sum(f.clicks)::bigint, sum(f.spend)::bigint, sum(f.conversions)::bigint, sum(f.value)::bigint
from fresh f
join most using (account, campaign)
where f.first_day = f.last_day
group by all
union all
select
    false, r.account, r.campaign, r.day, true,
    0, r.impressions, coalesce(r.clicks, r.clicks_all, r.interactions), r.spend,
    coalesce(r.conversions, r.purchases), coalesce(r.conversion_value, r.purchase_value)
from rollup r
join most using (account, campaign)
where r.day between (select first_day from bounds) and (select last_day from bounds)
order by 2, 3, 4, 1
