-- What the new batch {{batch}}, not yet recorded, takes over from {{from}} to {{to}}:
-- for each older batch the days, and on settled days (before {{settled}}) the old
-- and new sums.
with mine as (
    select stream, day, campaign from cell where batch = {{batch}} and day between {{from}} and {{to}}
),
current as (
    select stream, day, campaign, arg_max(batch, age) as batch, arg_max(absent, age) as absent
    from cell
    where batch <> {{batch}}
      and age <= {{age}}
      and day between {{from}} and {{to}}
      and stream in ({{streams}})
      and not list_contains((select coalesce(list(batch), []) from batch where undone_at is not null or withheld), batch)
    group by stream, day, campaign
),
old as (
    select c.stream, c.day, c.campaign, c.batch
    from current c
    join mine using (stream, day, campaign)
    where not c.absent
),
old_sums as (
    select
        o.batch, min(o.day) as first_day, max(o.day) as last_day,
        sum(f.spend) filter (where o.day < {{settled}}) as spend,
        sum(f.impressions) filter (where o.day < {{settled}}) as impressions,
        sum(f.clicks) filter (where o.day < {{settled}}) as clicks
    from old o
    join fact f
      on f.batch = o.batch and f.stream = o.stream and f.campaign = o.campaign
     and f.first_day = o.day and f.last_day = o.day
     and f.first_day between {{from}} and {{to}}
    group by o.batch
),
new_sums as (
    select
        o.batch,
        sum(f.spend) as spend, sum(f.impressions) as impressions, sum(f.clicks) as clicks
    from old o
    join fact f
      on f.batch = {{batch}} and f.stream = o.stream and f.campaign = o.campaign
     and f.first_day = o.day and f.last_day = o.day
     and f.first_day between {{from}} and {{to}}
    where o.day < {{settled}}
    group by o.batch
)
select
    o.batch, o.first_day, o.last_day,
    o.spend::bigint, o.impressions::bigint, o.clicks::bigint,
    coalesce(n.spend, 0)::bigint, coalesce(n.impressions, 0)::bigint, coalesce(n.clicks, 0)::bigint
from old_sums o
left join new_sums n using (batch)
order by o.batch
