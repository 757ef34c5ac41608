-- What was known of each day at the end of one day on which files were made:
-- the sum of a measure by platform, and how much of the day's delivery the files
-- of that very day speak of.
with take as (
    {{take}}
),
known as (
    select unnest(from_json(?, '[{"batch":"INTEGER","day":"DATE"}]'), recursive := true)
)
select
    s.platform, v.day, s.currency,
    sum(case when v.absent then 0 else {{measure}} end)::bigint as value,
    sum(coalesce(r.spend, r.impressions, 1)) filter (where k.day = {{made}})::double as told,
    sum(coalesce(r.spend, r.impressions, 1))::double as delivered
from served({{as_of}}, {{from}}, {{to}}, '{{accounts}}', 0, '') v
join take t on t.account = v.account and t.campaign = v.campaign
join stream s on s.stream = v.stream
join known k on k.batch = v.batch
left join fact r
  on r.batch = v.batch
 and r.stream = v.stream
 and r.campaign = v.campaign
 and r.first_day = v.day
 and r.last_day = v.day
 and not v.absent
group by s.platform, v.day, s.currency
order by s.platform, v.day, s.currency
