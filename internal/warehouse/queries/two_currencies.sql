-- What the new batch says of the same campaigns and days in several currencies.
with twice as (
    select
        account, campaign, first_day, last_day,
        list(distinct currency) as currencies,
        sum(rows) as rows
    from fresh
    where currency <> ''
    group by account, campaign, first_day, last_day
    having count(distinct currency) > 1
)
select
    coalesce(list_aggregate(list_sort(list_distinct(flatten(list(currencies)))), 'string_agg', ','), ''),
    coalesce(sum(rows)::bigint, 0), min(first_day), max(last_day)
from twice
