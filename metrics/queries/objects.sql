-- Rows at a level finer than the campaign, or split by breakdowns, of the one
-- stream that answers for each campaign and day.
(
    select f.first_day as day, v.account, f.campaign, f.stream, f.batch, f.ad_group, f.ad, f.breakdown, {{columns}}
    from served({{as_of}}, {{from}}, {{to}}, '{{accounts}}', {{depth}}, '{{splits}}') v
    join fact f
      on f.batch = v.batch
     and f.stream = v.stream
     and f.campaign = v.campaign
     and f.first_day = v.day
     and f.last_day = v.day
    where not v.absent
)
