-- Sums of the measures by group, with what the intervals need: the days of each
-- weekday, and sums of squares of the daily values. The source gives rows of
-- day, account, campaign, stream, objects and measures.
with take as (
    {{take}}
),
by_day as (
    select
        {{dims}},
        r.day,
        {{measures}}
    from {{source}} r
    join take t on t.account = r.account and t.campaign = r.campaign
    join stream s on s.stream = r.stream
    where r.day between {{from}} and {{to}}
    group by all
)
select
    {{names}},
    isodow(day)::integer as weekday,
    count(*)::bigint as days,
    {{sums}},
    {{squares}}
from by_day
group by all
order by all
