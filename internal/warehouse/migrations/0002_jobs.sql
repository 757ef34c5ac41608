-- What runs by itself: when reports were due and what became of them, and the
-- findings of each campaign from one import to the next. Instants are UTC.

-- A report that a campaign asks for, from the moment it was first seen.
create table job (
    job        varchar primary key,
    first_seen timestamp not null
);

-- The ledger: one row for each time a report was due, named by its wall clock
-- and zone, so that the hour that comes twice in autumn is due once.
create table slot (
    slot      varchar primary key,
    job       varchar not null,
    client    varchar not null,
    campaign  varchar not null,
    kind      varchar not null,
    due       timestamp not null,
    zone      varchar not null,
    first_day date not null,      -- of the period that it reports
    last_day  date not null,
    state     varchar not null,   -- waiting, running, retry, done, failed, skipped
    attempts  integer not null,
    started   timestamp,          -- the last attempt
    finished  timestamp,
    next_try  timestamp,
    error     varchar not null,   -- as the program says it
    why_en    varchar not null,   -- as people read it
    why_fr    varchar not null,
    output    varchar not null    -- slash path inside the workspace
);

-- Findings by the id they had when they were first seen.
create table finding (
    client     varchar not null,
    campaign   varchar not null,
    finding    varchar not null,
    rule       varchar not null,
    scope      varchar not null,
    first_day  date not null,     -- of its window when last seen
    last_day   date not null,
    first_seen timestamp not null,
    last_seen  timestamp not null,
    gone_at    timestamp,
    level      varchar not null,
    title_en   varchar not null,
    title_fr   varchar not null,
    body       varchar not null,  -- the whole finding, as JSON
    primary key (client, campaign, finding)
);

-- The data that a campaign's findings were last worked out from.
create table examined (
    client   varchar not null,
    campaign varchar not null,
    data     varchar not null,
    at       timestamp not null,
    primary key (client, campaign)
);
