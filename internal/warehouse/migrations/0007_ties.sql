-- As before, but where the rows of one file speak of a campaign and a day in two
-- streams that fit alike, as those of two currencies do, the one that was known
-- first answers: of two that tie, any might, and another one after each undo.
create or replace macro served(as_of, from_day, to_day, accounts, min_depth, splits_asked) as table
with fit as (
    select
        list(stream order by stream) as streams,
        list(account order by stream) as owners,
        list((99 - splits * 10 - depth)::hugeint * 4503599627370496 * 4294967296 - stream order by stream) as fitness
    from stream
    where depth >= min_depth
      and splits < 10
      and (splits_asked = '' or list_has_all(string_split(breakdown, ','), string_split(splits_asked, ',')))
),
candidate as (
    select v.day, v.campaign, v.stream, v.batch, v.absent, v.age::hugeint * 4294967296 as age, list_position((select streams from fit), v.stream) as place
    from vintage(as_of, from_day, to_day, accounts) v
),
chosen as materialized (
    select
        day, (select owners from fit)[place] as account, campaign,
        arg_max(stream, (select fitness from fit)[place] + age) as stream,
        arg_max(batch, (select fitness from fit)[place] + age) as batch,
        arg_max(absent, (select fitness from fit)[place] + age) as absent
    from candidate
    where place > 0
    group by all
)
select day, account, campaign, stream, batch, absent
from chosen
where campaign <> 0
union all
select day, account, campaign, stream, batch, absent
from chosen c
where campaign = 0
  and not exists (select 1 from chosen n where n.day = c.day and n.account = c.account and n.campaign <> 0);
