-- Batches with what they hold (days or spans of a campaign), how much of it no
-- newer batch of the same stream holds, and how much of it answers questions
-- about campaigns. A span answers where no day of it has rows of its own.
with live as (
    select batch, age_of(known_as_of, batch) as age
    from batch
    where undone_at is null and not withheld
),
span_of as (
    select p.*, s.account, s.depth, l.age
    from span p
    join stream s on s.stream = p.stream
    left join live l on l.batch = p.batch
),
newest_cell as (
    select stream, day, campaign, arg_max(batch, age) as batch, arg_max(absent, age) as absent
    from cell
    where list_contains((select coalesce(list(batch), []) from live), batch)
    group by stream, day, campaign
),
newest_span as (
    select p.*
    from span_of p
    where p.age is not null
      and not exists (
          select 1 from span_of n
          where n.account = p.account and n.campaign = p.campaign and (n.depth is null) = (p.depth is null) and n.age > p.age
            and n.first_day <= p.last_day and n.last_day >= p.first_day
      )
)
select
    b.batch, b.client, b.sha256, b.file, b.platform, b.level, b.first_day, b.last_day, b.complete,
    b.rows, b.skipped, b.known_as_of, b.known_from, b.imported_at, b.undone_at, b.control, b.withheld,
    (select count(*) from cell c where c.batch = b.batch and not c.absent)
        + (select count(*) from span p where p.batch = b.batch) as cells,
    (select count(*) from newest_cell c where c.batch = b.batch and not c.absent)
        + (select count(*) from newest_span p where p.batch = b.batch) as newest_cells,
    (select count(*) from rollup r where r.batch = b.batch)
        + (select count(*) from newest_span p
           where p.batch = b.batch and p.depth is not null
             and not exists (
                 select 1 from rollup r
                 where r.account = p.account and r.campaign = p.campaign and r.day between p.first_day and p.last_day
             )) as current_cells
from batch b
