-- The platform campaigns of a client that have data, with their days.
select c.platform, a.name, a.ext_id, c.name, c.ext_id, min(u.first_day) as first_day, max(u.last_day) as last_day
from (
    select campaign, day as first_day, day as last_day
    from rollup
    union all
    select p.campaign, p.first_day, p.last_day
    from span p
    join batch b on b.batch = p.batch
    where b.undone_at is null
      and not b.withheld
) u
join entity c on c.entity = u.campaign
join entity a on a.entity = c.account
where c.client = ?
  and c.level = 'campaign'
group by c.platform, a.name, a.ext_id, c.name, c.ext_id
order by c.platform, c.name, c.ext_id, a.name
