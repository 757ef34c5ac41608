-- What questions need to know of the platforms; filled from their table at each
-- opening.
create table platform (
    platform varchar primary key,
    maturity integer not null  -- days for which conversions of a day may still change; 0: not known
);
