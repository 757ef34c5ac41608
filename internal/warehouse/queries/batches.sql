select
    b.batch, b.client, b.sha256, b.file, b.platform, b.level, b.first_day, b.last_day, b.complete,
    b.rows, b.skipped, b.known_as_of, b.known_from, b.imported_at, b.undone_at, b.control, b.withheld,
    (select count(*) from rollup r where r.batch = b.batch) as current_cells,
    (select count(*) from cell c where c.batch = b.batch and not c.absent) as cells
from batch b
