-- The roll-up of some accounts between two days, from what is current.
insert into rollup (day, account, campaign, stream, batch{{names}})
select s.day, s.account, s.campaign, s.stream, s.batch{{sums}}
from served(timestamp '9999-12-31', {{from}}, {{to}}, '{{accounts}}', 0, '') s
join fact f
  on f.batch = s.batch
 and f.stream = s.stream
 and f.campaign = s.campaign
 and f.first_day = s.day
 and f.last_day = s.day
where not s.absent
  and f.first_day between {{from}} and {{to}}
group by s.day, s.account, s.campaign, s.stream, s.batch
order by s.day
