-- Rows of keywords, which do not add up to campaigns: those of the one stream
-- of keywords that knows the campaign on that day with the fewest splits.
(
    select f.first_day as day, v.account, f.campaign, f.stream, f.batch, f.ad_group, f.object as ad, f.breakdown, {{columns}}
    from (
        select n.day, n.campaign, n.stream, n.batch, n.absent, s.account,
            row_number() over (partition by s.account, n.day, n.campaign order by len(string_split(s.breakdown, ',')), n.stream) as place
        from vintage({{as_of}}, {{from}}, {{to}}, '{{accounts}}') n
        join stream s on s.stream = n.stream
        where s.level = 'keyword'
    ) v
    join fact f
      on f.batch = v.batch
     and f.stream = v.stream
     and f.campaign = v.campaign
     and f.first_day = v.day
     and f.last_day = v.day
    where v.place = 1 and not v.absent
)
