-- How many days of each group are young (their conversions are not compared yet)
-- and how many of the others their platform may still change. A day counts for
-- its youngest row.
with take as (
    {{take}}
),
known as (
    select unnest(from_json(?, '[{"batch":"INTEGER","day":"DATE"}]'), recursive := true)
),
by_day as (
    select
        {{dims}},
        r.day,
        bool_or(k.day - r.day < (case when p.maturity is null or p.maturity = 0 then {{least}} else least(p.maturity, {{least}}) end)) as young,
        bool_or(k.day - r.day < coalesce(p.maturity, 0)) as moving
    from {{source}} r
    join take t on t.account = r.account and t.campaign = r.campaign
    join stream s on s.stream = r.stream
    join known k on k.batch = r.batch
    left join platform p on p.platform = s.platform
    where r.day between {{from}} and {{to}}
    group by all
),
days as (
    select false as whole, * from by_day
    {{total}}
)
select
    whole,
    {{keys}},
    young,
    moving
from (
    select
        whole,
        {{names}},
        count(*) filter (where young)::integer as young,
        count(*) filter (where moving and not young)::integer as moving
    from days
    where young or moving
    group by all
)
