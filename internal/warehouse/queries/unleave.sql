-- Cells that complete batches hold by not naming them, but that no batch has
-- named except those that were taken out, batch {{batch}} the last of them.
delete from cell
where absent
  and exists (
      select 1 from cell m
      where m.batch = {{batch}} and not m.absent
        and m.stream = cell.stream and m.day = cell.day and m.campaign = cell.campaign
  )
  and not exists (
      select 1 from cell o
      join batch b on b.batch = o.batch
      where b.undone_at is null and not o.absent
        and o.stream = cell.stream and o.day = cell.day and o.campaign = cell.campaign
  )
