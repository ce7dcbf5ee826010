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
//! Each question has a room of its own; `print` says how reports look, `alive` what is noted of a resource and by whom.

mod print;

mod tool;

mod alive;

mod ignore;

mod callback;

mod leaks;

mod blocked;

mod context;

mod dropped;

mod exit;

pub use alive::live_resource::LiveResource;
pub use alive::registry::Registry;
pub use alive::tree::Tree;
pub use blocked::blocked_poll::BlockedPoll;
pub use blocked::blocked_polls::{BlockedPolls, BlockedPollsBuilder};
pub use context::context_losses::{ContextLoss, ContextLosses};
pub use context::context_lost::{ContextLost, LossPoint};
pub use context::context_watch::{ContextWatch, ContextWatchBuilder};
pub use context::required::RequiredExt;
pub use dropped::cancellation::{Cancellation, Ending};
pub use dropped::cancellations::{Cancellations, CancellationsBuilder};
pub use dropped::cancelled::{CancellationReport, Cancelled};
pub use exit::dump::Dump;
pub use exit::dumps::{DumpDeadline, Dumps};
#[cfg(unix)]
pub use exit::signal_dump::{SignalDump, dump_on_signal};
pub use leaks::growth::{Grown, Growth, LeakSnapshot};
pub use leaks::leak::{Leak, LeakReport};
pub use leaks::leak_detector::{LeakDetector, LeakDetectorBuilder};
pub use leaks::leak_test::{LeakGuard, LeakTest, assert_no_leaks, leak_test};
pub use print::report::Report;
pub use tool::enabled_tool::EnabledTool;
