-- Cells that a complete batch holds by not naming them, both ways: what the new
-- batch {{batch}} leaves out of streams it covers, and what it holds but newer
-- complete batches left out.
insert into cell
select distinct c.stream, c.day, c.campaign, k.batch, true, k.age
from cell c
join stream s on s.stream = c.stream
join covered k on k.account = s.account and c.day between k.first_day and k.last_day
where (k.batch = {{batch}} or c.batch = {{batch}})
  and exists (select 1 from cell o where o.batch = k.batch and o.stream = c.stream and not o.absent)
  and not exists (
      select 1 from cell m
      where m.batch = k.batch and m.stream = c.stream and m.day = c.day and m.campaign = c.campaign
  )
