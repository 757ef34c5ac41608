-- The batches that still answer for what batch {{batch}} holds, because they are
-- known later: of days, and of spans that touch one of its own.
with live as (
    select batch, file, known_as_of, known_from, age_of(known_as_of, batch) as age
    from batch
    where undone_at is null and not withheld and batch <> {{batch}}
),
held as (
    select c.batch, c.day as first_day, c.day as last_day
    from (
        select stream, day, campaign, arg_max(batch, age) as batch
        from cell
        where stream in ({{streams}})
          and list_contains((select list(batch) from live) || [{{batch}}], batch)
        group by stream, day, campaign
    ) c
    semi join (select stream, day, campaign from cell where batch = {{batch}} and not absent) mine using (stream, day, campaign)
    union all
    select q.batch, q.first_day, q.last_day
    from span p
    join span q on q.stream = p.stream and q.campaign = p.campaign and q.first_day <= p.last_day and q.last_day >= p.first_day
    join live b on b.batch = q.batch and b.age > {{age}}
    where p.batch = {{batch}}
)
select b.batch, b.file, min(h.first_day), max(h.last_day), b.known_as_of, b.known_from
from held h
join live b on b.batch = h.batch
group by b.batch, b.file, b.known_as_of, b.known_from
order by b.batch
