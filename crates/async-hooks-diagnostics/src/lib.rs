//! Diagnostics on top of async hooks: what is alive, what leaks, and what blocks.
//!
//! It also finds where values get lost, and why a program does not exit.
//!
//! Applications use it as `async_hooks::diagnostics`. It is built on the hook API.
//!
//! | question | answer |
//! |---|---|
//! | what is alive, and what triggered it? | [`Registry`] |
//! | what has been alive for too long, or outlived its request? | [`LeakDetector::report`] |
//! | what grew in the last hour? | [`LeakDetector::snapshot`], [`LeakDetector::since`] |
//! | does my code leave anything behind? | [`assert_no_leaks`], [`leak_test`] |
//! | what keeps its thread for too long? | [`BlockedPolls`] |
//! | why is a value missing? | [`RequiredExt::required`], [`ContextWatch`] |
//! | what is dropped before it is done, and by what? | [`Cancellations`] |
//! | why does the program not exit? | [`dump_on_signal`], [`Dumps`] |
//! | is all of this tracked, and does it carry values? | [`tracking_report`] |
//!
//! Every tool is enabled by `enable()` until `disable()`, whatever becomes of its handle, or by `enable_scoped()` while a guard
//! lives.
//!
//! Every report is plain text as `{report}`, has colours by [`Report::ansi`], and prints itself by [`Report::print`]. With the feature
//! `serde` it is data, for example JSON. Texts of the program in it, such as labels and names of threads, are escaped and cut.
//!
//! # The source, in reading order
//!
//! 1. `print`: how reports look.
//! 2. `tool`: how a tool is enabled, and how it runs code of the program.
//! 3. `alive`: what is kept of each living resource, and how the living are listed.
//! 4. `leaks`, `blocked`, `context`, `dropped`, `exit`, `tracking`: one folder for each question.
//! 5. `serialize`: reports as data.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod sync;

mod print;

mod tool;

mod alive;

mod leaks;

mod blocked;

mod context;

mod dropped;

mod exit;

mod tracking;

#[cfg(feature = "serde")]
mod serialize;

pub use alive::live_resource::LiveResource;
pub use alive::registry::Registry;
pub use alive::tree::Tree;
pub use alive::within_future::WithinFuture;
pub use blocked::blocked_poll::BlockedPoll;
pub use blocked::blocked_polls::BlockedPolls;
pub use blocked::blocked_polls_builder::BlockedPollsBuilder;
pub use context::context_loss::ContextLoss;
pub use context::context_loss_report::ContextLossReport;
pub use context::context_watch::{ContextWatch, ContextWatchBuilder};
pub use context::loss_point::LossPoint;
pub use context::missing_context::MissingContext;
pub use context::required::RequiredExt;
pub use dropped::cancellation::{CancelCause, Cancellation};
pub use dropped::cancellation_report::CancellationReport;
pub use dropped::cancellations::{Cancellations, CancellationsBuilder};
pub use dropped::cancelled_group::CancelledGroup;
pub use exit::dump::Dump;
pub use exit::dumps::{DumpDeadline, Dumps};
#[cfg(unix)]
pub use exit::signal_dump::{SignalDump, dump_on_signal};
pub use leaks::growth_report::{Growth, GrowthReport, LeakSnapshot};
pub use leaks::leak::Leak;
pub use leaks::leak_detector::LeakDetector;
pub use leaks::leak_detector_builder::LeakDetectorBuilder;
pub use leaks::leak_guard::LeakGuard;
pub use leaks::leak_report::LeakReport;
pub use leaks::leak_test::{LeakTest, assert_no_leaks, leak_test};
pub use print::report::{Ansi, Report};
pub use tool::enabled_tool::EnabledTool;
pub use tracking::ask::{tracking_report, tracking_report_of};
pub use tracking::tracking_report::TrackingReport;
pub use tracking::tracking_row::TrackingRow;

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
