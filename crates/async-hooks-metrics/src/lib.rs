//! Numbers about async resources, through the `metrics` facade.
//!
//! Applications use it as `async_hooks::metrics`. It is built on the hook API, and works with any exporter of that facade.
//!
//! [`Metrics`] counts events in memory of its own, and publishes the counts: once a second, and when [`Metrics::flush`] is called.
//!
//! # What is published
//!
//! | name | type | labels | what it says |
//! |---|---|---|---|
//! | `async_hooks_resources_alive` | gauge | `kind`, `site` | resources that live now |
//! | `async_hooks_resources_created_total` | counter | `kind`, `site` | resources that were created |
//! | `async_hooks_resources_ended_total` | counter | `kind`, `site`, `ending` | resources that ended: `resolved`, `panicked` or `dropped` |
//! | `async_hooks_resources_cancelled_total` | counter | `kind`, `site` | those that were `dropped` at a line whose resources resolve |
//! | `async_hooks_busy_seconds_total` | counter | `kind`, `site` | whole seconds that polls and calls took |
//! | `async_hooks_poll_duration_seconds` | histogram | `kind` | how long a poll or call took |
//! | `async_hooks_scheduling_delay_seconds` | histogram | `kind` | how long a resource waited to be polled after its wake or creation |
//! | `async_hooks_leaks` | gauge | `kind`, `site` | resources that leak; feature `diagnostics` |
//! | `async_hooks_blocked_polls_total` | counter | `kind`, `site` | polls that kept their thread for too long; feature `diagnostics` |
//! | `async_hooks_contexts_lost_total` | counter | `local` | resources that were created without a value; feature `diagnostics` |
//! | `async_hooks_recorder_overwritten_total` | counter | | events that newer ones have overwritten; feature `recorder` |
//! | `async_hooks_recorder_lost_total` | counter | | events that could not be written; feature `recorder` |
//!
//! A `site` is the line that creates the resource. The number of pairs of `kind` and `site` is bounded by
//! [`MetricsBuilder::spawn_sites`], and that of kinds by 64. What comes later is counted under `other`. Ids and texts of requests are
//! never labels.
//!
//! Times are recorded in steps of an eighth of a power of two, so each is at most 7 % off. Where polls nest, the outer one includes the
//! inner one.
//!
//! # The source, in reading order
//!
//! 1. `time`: the clock.
//! 2. `counts`: what is counted, and the tables of kinds and sites.
//! 3. `hook`: the hook, and what it keeps of living, polled and woken resources.
//! 4. `publish`: how counts get to the exporter.
//! 5. `sources`: what diagnostics and the recorder count. Features `diagnostics`, `recorder`.
//! 6. `handle`: the handle and its settings.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod time;

mod counts;

mod hook;

mod publish;

mod sources;

mod handle;

pub use handle::builder::MetricsBuilder;
pub use handle::enabled::EnabledMetrics;
pub use handle::metrics::Metrics;

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
