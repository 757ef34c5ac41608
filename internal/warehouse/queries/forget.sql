-- Objects that only batches that were taken out have named, batch {{batch}} the
-- last of them.
delete from entity
where entity in (select entity from naming where batch = {{batch}})
  and entity not in (
      select n.entity from naming n
      join batch b on b.batch = n.batch
      where b.undone_at is null
  )
