//! Diagnostics on top of async hooks: who is alive, what leaks, and a leak test.
//!
//! Applications use it as `async_hooks::diagnostics`. All of it is built on the public hook API: what is here, you could have
//! written yourself.
//!
//! | question | answer |
//! |---|---|
//! | who is alive, and who caused it? | [`Registry`] |
//! | what has been alive for too long, or outlived its request? | [`LeakDetector::report`] |
//! | what grew in the last hour? | [`LeakDetector::snapshot`], [`LeakDetector::since`] |
//! | does my code leave anything behind? | [`assert_no_leaks`], [`leak_test`] |
//! | what keeps its thread for too long? | [`BlockedPolls`] |
//! | why is a value not there? | [`RequiredExt::required`], [`ContextWatch`] |
//! | what is dropped before it is done, and by whom? | [`Cancellations`] |
//! | why does it not exit? | [`dump_on_signal`], [`Dumps`] |
//!
//! Every report is plain text as `{report}`, has colours as `{report:#}`, prints itself with [`Report::print`], and is JSON through
//! `serde`.
//!
//! Read in this order: how reports look (`palette` to `report`), what is noted of a resource and by whom (`lineage` to
//! `watch`), then the reports themselves.

mod clock;

mod palette;

mod span;

mod place;

mod columns;

mod report;

mod lineage;

mod descent;

mod record;

mod running;

mod id_map;

mod table;

mod watch;

mod switch;

mod facts;

mod chain;

mod live_resource;

mod tree;

mod registry;

mod group;

mod ignore;

mod note;

mod leak;

mod growth;

mod leak_detector;

mod watchdog;

mod family;

mod leak_test;

mod name;

mod callback;

mod patrol;

mod open_scopes;

mod blocked_poll;

mod blocked_polls;

mod provenance;

mod context_lost;

mod context_losses;

mod context_watch;

mod required;

mod cancellation;

mod cancelled;

mod creation_site;

mod cancellations;

mod dump;

mod dumps;

#[cfg(unix)]
mod signal_dump;

pub use blocked_poll::BlockedPoll;
pub use blocked_polls::{BlockedPolls, BlockedPollsBuilder};
pub use cancellation::{Cancellation, Ending};
pub use cancellations::{Cancellations, CancellationsBuilder};
pub use cancelled::{CancellationReport, Cancelled};
pub use context_losses::{ContextLoss, ContextLosses};
pub use context_lost::{ContextLost, LossPoint};
pub use context_watch::{ContextWatch, ContextWatchBuilder};
pub use dump::Dump;
pub use dumps::{DumpDeadline, Dumps};
pub use growth::{Grown, Growth, LeakSnapshot};
pub use leak::{Leak, LeakReport};
pub use leak_detector::{LeakDetector, LeakDetectorBuilder};
pub use leak_test::{LeakGuard, LeakTest, assert_no_leaks, leak_test};
pub use live_resource::LiveResource;
pub use registry::Registry;
pub use report::Report;
pub use required::RequiredExt;
#[cfg(unix)]
pub use signal_dump::{SignalDump, dump_on_signal};
pub use tree::Tree;
