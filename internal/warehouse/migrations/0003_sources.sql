-- What exports are fetched from: what has been fetched, so that nothing is
-- fetched twice, and what became of the last time. Instants are UTC.

-- Something of a source that need not be fetched again: a file on a server, a
-- message of a mailbox, the answer of a link.
create table fetched (
    source   varchar not null,
    item     varchar not null,
    settings varchar not null,  -- of the source at that time; with others it is fetched again
    tag      varchar not null,  -- its state there
    at       timestamp not null,
    primary key (source, item)
);

-- The last time that each source was asked, by schedule or by hand.
create table source (
    source   varchar primary key,
    asked_at timestamp not null,
    failed   boolean not null,  -- it could not be fetched from
    trouble  boolean not null,  -- people should look: it failed, or a file was refused
    why_en   varchar not null,  -- what came of it
    why_fr   varchar not null
);
