-- Sums of the measures by group, with what the intervals need: the days of each
-- weekday, and sums of squares of the daily values. The source gives rows of
-- day, account, campaign, stream, objects and measures. Keys become texts last:
-- numbers and days are grouped faster.
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
),
days as (
    select false as whole, * from by_day
    {{total}}
)
select
    whole,
    {{keys}},
    * exclude (whole, {{names}})
from (
    select
        whole,
        {{names}},
        {{weekdays}},
        {{sums}}
    from days
    {{grouping}}
)
{{order}}
