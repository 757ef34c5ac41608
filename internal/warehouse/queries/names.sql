-- The names and ids of the objects that batch {{batch}} names, as the batches
-- that are left say them: the newest wins, and one that is withheld speaks only
-- where no other does.
update entity
set name = said.name, ext_id = said.ext_id
from (
    select
        n.entity,
        coalesce(arg_max(n.name, n.age) filter (where n.name <> ''), '') as name,
        coalesce(arg_max(n.ext_id, n.age) filter (where n.ext_id <> ''), '') as ext_id
    from (
        select n.entity, n.name, n.ext_id,
            age_of(b.known_as_of, b.batch) + case when b.withheld then 0 else 4503599627370496 end as age
        from naming n
        join batch b on b.batch = n.batch
        where b.undone_at is null
          and n.entity in (select entity from naming where batch = {{batch}})
    ) n
    group by n.entity
) said
where entity.entity = said.entity
  and (entity.name <> said.name or entity.ext_id <> said.ext_id)
