-- The days that are known of each account that the scope takes from.
with take as (
    {{take}}
)
select account, day, max(known_as_of) as known_as_of
from (
    select v.account, v.day, b.known_as_of
    from (select account, day, batch from {{days}} where day between {{from}} and {{to}} group by all) v
    join batch b on b.batch = v.batch
    union all
    select c.account, d.day::date, b.known_as_of
    from covered c
    join batch b on b.batch = c.batch
    cross join (select unnest(generate_series({{from}}, {{to}}, interval 1 day)) as day) d
    where b.undone_at is null
      and not b.withheld
      and b.known_as_of <= {{as_of}}
      and d.day between c.first_day and c.last_day
)
where account in (select account from take)
group by account, day
order by account, day
