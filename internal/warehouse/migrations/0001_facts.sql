-- Batches, the objects they name, and their rows.
--
-- Facts are insert-only and carry no primary key: a key would make a load of
-- ten million rows take three times as long and twelve times the memory. What
-- is current is decided by cell and batch alone, so undoing a batch or asking
-- for an earlier vintage touches no fact.

create table batch (
    batch          integer not null,
    client         varchar not null,
    sha256         varchar not null,
    file           varchar not null,    -- as its owner named it
    platform       varchar not null,
    level          varchar not null,
    first_day      date,                -- of its rows
    last_day       date,
    declared_first date,                -- of the range that the file states
    declared_last  date,
    complete       boolean not null,    -- holds every campaign of its accounts in that range
    rows           bigint not null,
    skipped        bigint not null,
    known_as_of    timestamp not null,  -- UTC, like all instants here
    known_from     varchar not null,
    imported_at    timestamp not null,
    undone_at      timestamp,
    control        varchar not null,
    withheld       boolean not null,    -- a critical problem that nobody has accepted: answers nothing
    report         varchar not null     -- what the reading reported, as JSON
);

create table entity (
    entity    integer not null,
    client    varchar not null,
    platform  varchar not null,
    account   integer not null,
    level     varchar not null,
    parent    integer not null,
    ext_id    varchar not null,
    name      varchar not null,
    first_day date
);

create table entity_change (
    batch  integer not null,
    entity integer not null,
    kind   varchar not null,
    old    varchar not null,
    new    varchar not null
);

create table stream (
    stream    integer not null,
    client    varchar not null,
    platform  varchar not null,
    account   integer not null,
    level     varchar not null,
    depth     integer,            -- 0 account … 3 ad; null where rows do not add up to campaigns
    breakdown varchar not null,   -- names, sorted, joined by commas
    splits    integer not null,   -- how many names
    grain     varchar not null,
    currency  varchar not null
);

create table breakdown (
    breakdown integer not null,
    name      varchar not null,
    value     varchar not null
);

-- Rows of exports, one table for files that have only the commonest measures
-- and one for the others: thirty columns of nothing would make a load of a
-- million rows three times as long. All of a file goes to the same one.
create table fact_lean (
    batch                  integer not null,
    stream                 integer not null,
    first_day              date not null,
    last_day               date not null,
    campaign               integer not null,
    ad_group               integer not null,
    ad                     integer not null,
    object                 integer not null,
    breakdown              integer not null,
    impressions            bigint,
    clicks                 bigint,
    interactions           bigint,
    spend                  bigint,
    conversions            bigint,
    conversion_value       bigint
);

create table fact_full (
    batch                  integer not null,
    stream                 integer not null,
    first_day              date not null,
    last_day               date not null,
    campaign               integer not null,
    ad_group               integer not null,
    ad                     integer not null,
    object                 integer not null,
    breakdown              integer not null,
    impressions            bigint,
    clicks                 bigint,
    clicks_all             bigint,
    interactions           bigint,
    spend                  bigint,
    conversions            bigint,
    conversion_value       bigint,
    all_conversions        bigint,
    view_conversions       bigint,
    leads                  bigint,
    purchases              bigint,
    purchase_value         bigint,
    add_to_cart            bigint,
    checkouts              bigint,
    registrations          bigint,
    landing_page_views     bigint,
    messages               bigint,
    engagements            bigint,
    video_views            bigint,
    video_25               bigint,
    video_50               bigint,
    video_75               bigint,
    video_100              bigint,
    thruplays              bigint,
    viewable_impressions   bigint,
    measurable_impressions bigint,
    sessions               bigint,
    engaged_sessions       bigint,
    sends                  bigint,
    delivered              bigint,
    opens                  bigint,
    unique_opens           bigint,
    unsubscribes           bigint,
    orders                 bigint,
    revenue                bigint,
    bids                   bigint,
    reach                  bigint
);

create view fact as
select batch, stream, first_day, last_day, campaign, ad_group, ad, object, breakdown,
    impressions, clicks, clicks_all, interactions, spend, conversions, conversion_value, all_conversions, view_conversions, leads, purchases, purchase_value, add_to_cart, checkouts, registrations, landing_page_views, messages, engagements, video_views, video_25, video_50, video_75, video_100, thruplays, viewable_impressions, measurable_impressions, sessions, engaged_sessions, sends, delivered, opens, unique_opens, unsubscribes, orders, revenue, bids, reach
from fact_full
union all
select batch, stream, first_day, last_day, campaign, ad_group, ad, object, breakdown,
    impressions,
    clicks,
    null::bigint as clicks_all,
    interactions,
    spend,
    conversions,
    conversion_value,
    null::bigint as all_conversions,
    null::bigint as view_conversions,
    null::bigint as leads,
    null::bigint as purchases,
    null::bigint as purchase_value,
    null::bigint as add_to_cart,
    null::bigint as checkouts,
    null::bigint as registrations,
    null::bigint as landing_page_views,
    null::bigint as messages,
    null::bigint as engagements,
    null::bigint as video_views,
    null::bigint as video_25,
    null::bigint as video_50,
    null::bigint as video_75,
    null::bigint as video_100,
    null::bigint as thruplays,
    null::bigint as viewable_impressions,
    null::bigint as measurable_impressions,
    null::bigint as sessions,
    null::bigint as engaged_sessions,
    null::bigint as sends,
    null::bigint as delivered,
    null::bigint as opens,
    null::bigint as unique_opens,
    null::bigint as unsubscribes,
    null::bigint as orders,
    null::bigint as revenue,
    null::bigint as bids,
    null::bigint as reach
from fact_lean;

-- Which batch speaks of which day of which campaign. An absent cell is one that
-- a complete file holds by not naming it: no delivery, not an unknown day. Of
-- several batches the one of the largest age wins: see age_of.
create table cell (
    stream   integer not null,
    day      date not null,
    campaign integer not null,
    batch    integer not null,
    absent   boolean not null,
    age      bigint not null
);

-- The same for rows that cover more than a day.
create table span (
    stream    integer not null,
    first_day date not null,
    last_day  date not null,
    campaign  integer not null,
    batch     integer not null
);

-- The one stream that answers for a campaign on a day, and the sums of its rows:
-- what most questions are answered from.
create table rollup (
    day                    date not null,
    account                integer not null,
    campaign               integer not null,
    stream                 integer not null,
    batch                  integer not null,
    impressions            bigint,
    clicks                 bigint,
    clicks_all             bigint,
    interactions           bigint,
    spend                  bigint,
    conversions            bigint,
    conversion_value       bigint,
    all_conversions        bigint,
    view_conversions       bigint,
    leads                  bigint,
    purchases              bigint,
    purchase_value         bigint,
    add_to_cart            bigint,
    checkouts              bigint,
    registrations          bigint,
    landing_page_views     bigint,
    messages               bigint,
    engagements            bigint,
    video_views            bigint,
    video_25               bigint,
    video_50               bigint,
    video_75               bigint,
    video_100              bigint,
    thruplays              bigint,
    viewable_impressions   bigint,
    measurable_impressions bigint,
    sessions               bigint,
    engaged_sessions       bigint,
    sends                  bigint,
    delivered              bigint,
    opens                  bigint,
    unique_opens           bigint,
    unsubscribes           bigint,
    orders                 bigint,
    revenue                bigint,
    bids                   bigint,
    reach                  bigint
);

-- The range for which a complete file answers: a day of it without rows is a
-- day without delivery.
create table covered (
    batch     integer not null,
    age       bigint not null,
    account   integer not null,
    first_day date not null,
    last_day  date not null
);

-- The order in which batches win over each other: by the second in which the
-- file was known, then by the order of import, as one number of 52 bits.
create macro age_of(known_as_of, batch) as epoch(known_as_of::timestamp)::bigint * 1048576 + batch;

-- The cells that were current at an instant, of some accounts (their keys,
-- joined by commas): the newest batch that holds each. Small tables are looked
-- up as lists, not joined: the planner knows nothing of cells that are not yet
-- committed, takes them for few, and hashes a million of them under one key.
create macro vintage(as_of, from_day, to_day, accounts) as table
select
    stream, day, campaign,
    arg_max(batch, age) as batch,
    arg_max(absent, age) as absent,
    max(age) as age
from cell
where day between from_day and to_day
  and age < (epoch(as_of::timestamp)::bigint + 1) * 1048576
  and list_contains(
      (select list(stream) from stream where list_contains(string_split(accounts, ',')::integer[], account)), stream)
  and not list_contains(
      (select coalesce(list(batch), []) from batch where undone_at is not null or withheld), batch)
group by stream, day, campaign;

-- For each account, day and campaign the stream that answers: it must reach
-- min_depth (0 account … 3 ad) and hold the breakdowns asked for (joined by
-- commas, empty for none); then the one with the fewest splits, then the
-- coarsest, then the newest. Rows that name no campaign answer only where no
-- stream of the account names one that day.
create macro served(as_of, from_day, to_day, accounts, min_depth, splits_asked) as table
with fit as (
    select
        list(stream order by stream) as streams,
        list(account order by stream) as owners,
        list((99 - splits * 10 - depth)::bigint * 4503599627370496 order by stream) as fitness
    from stream
    where depth >= min_depth
      and splits < 10
      and (splits_asked = '' or list_has_all(string_split(breakdown, ','), string_split(splits_asked, ',')))
),
candidate as (
    select v.day, v.campaign, v.stream, v.batch, v.absent, v.age, list_position((select streams from fit), v.stream) as place
    from vintage(as_of, from_day, to_day, accounts) v
),
chosen as materialized (
    select
        day, (select owners from fit)[place] as account, campaign,
        arg_max(stream, (select fitness from fit)[place] + age) as stream,
        arg_max(batch, (select fitness from fit)[place] + age) as batch,
        arg_max(absent, (select fitness from fit)[place] + age) as absent
    from candidate
    where place > 0
    group by all
)
select day, account, campaign, stream, batch, absent
from chosen
where campaign <> 0
union all
select day, account, campaign, stream, batch, absent
from chosen c
where campaign = 0
  and not exists (select 1 from chosen n where n.day = c.day and n.account = c.account and n.campaign <> 0);
