-- Impression share, as the impressions that could have been had: shares are
-- weighted by them, never averaged. Where a row prints a bound (< 10%) they are
-- not known, and its own impressions are counted apart.
alter table fact_full add column eligible_impressions bigint;
alter table fact_full add column lost_budget_impressions bigint;
alter table fact_full add column lost_rank_impressions bigint;
alter table fact_full add column bounded_impressions bigint;
alter table rollup add column eligible_impressions bigint;
alter table rollup add column lost_budget_impressions bigint;
alter table rollup add column lost_rank_impressions bigint;
alter table rollup add column bounded_impressions bigint;

create or replace view fact as
select batch, stream, first_day, last_day, campaign, ad_group, ad, object, breakdown,
    impressions, clicks, clicks_all, interactions, spend, conversions, conversion_value, all_conversions, view_conversions, leads, purchases, purchase_value, add_to_cart, checkouts, registrations, landing_page_views, messages, engagements, video_views, video_25, video_50, video_75, video_100, thruplays, viewable_impressions, measurable_impressions, sessions, engaged_sessions, sends, delivered, opens, unique_opens, unsubscribes, orders, revenue, bids, reach,
    eligible_impressions, lost_budget_impressions, lost_rank_impressions, bounded_impressions
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
    null::bigint as reach,
    null::bigint as eligible_impressions,
    null::bigint as lost_budget_impressions,
    null::bigint as lost_rank_impressions,
    null::bigint as bounded_impressions
from fact_lean;
