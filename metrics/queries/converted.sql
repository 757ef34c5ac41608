-- Rows of a source with their amounts in the scope's currency: each row at the
-- rate of its day, an exact fraction, and rounded once, half away from zero.
-- Only days that are asked for have rates; amounts of other days are left out.
(
    select
        {{columns}},
        {{amounts}}
    from {{source}} r
    join stream c on c.stream = r.stream
    left join (
        select unnest(from_json(?, '[{"currency":"VARCHAR","day":"DATE","num":"BIGINT","den":"BIGINT","most":"BIGINT"}]'), recursive := true)
    ) x on x.currency = c.currency and x.day = r.day
)
