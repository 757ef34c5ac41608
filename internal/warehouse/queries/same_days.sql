-- Days of the new batch whose campaigns have the very counts that another day,
-- not of this batch, was known with.
with mine as (
    select
        account, first_day as day, sum(rows) as rows,
        bit_xor(hash(campaign, impressions, clicks, conversions)) as mark,
        count(nullif(impressions, 0)) + count(nullif(clicks, 0)) + count(nullif(conversions, 0)) as n,
        sum(coalesce(impressions, 0) + coalesce(clicks, 0) + coalesce(conversions, 0) / 1000000) as size
    from fresh
    where first_day = last_day and depth is not null and splits = 0
    group by all
),
known as (
    select
        r.account, r.day,
        bit_xor(hash(r.campaign, r.impressions, coalesce(r.clicks, r.clicks_all, r.interactions), coalesce(r.conversions, r.purchases))) as mark
    from rollup r
    where r.account in (select account from mine)
      and r.campaign in (select campaign from fresh)
      and r.day between (select min(day) from mine) - {{around}} and (select max(day) from mine) + {{around}}
    group by all
)
select m.day, k.day, m.rows::bigint
from mine m
join known k on k.account = m.account and k.mark = m.mark and k.day <> m.day
where m.n >= 3
  and m.size > 20 * m.n
  and not exists (select 1 from mine o where o.account = m.account and o.day = k.day)
order by 1, 2
