-- What each batch says of the objects that it names, so that a name or an id is
-- that of the newest batch that is left: taking a batch out takes its names out.
create table naming (
    batch  integer not null,
    entity integer not null,
    ext_id varchar not null,  -- as the batch says it; empty where it does not
    name   varchar not null
);

-- Batches from before say what is shown today.
insert into naming
select n.batch, n.entity, e.ext_id, e.name
from (
    select batch, campaign as entity from fact
    union
    select batch, ad_group from fact
    union
    select batch, ad from fact
    union
    select batch, object from fact
    union
    select f.batch, s.account from (select distinct batch, stream from fact) f join stream s on s.stream = f.stream
) n
join entity e on e.entity = n.entity
order by n.batch, n.entity;

drop table entity_change;
