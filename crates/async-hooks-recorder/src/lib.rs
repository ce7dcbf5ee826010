//! A flight recorder for async hooks: what just happened, for whom, and what it waited for.
//!
//! Applications use it as `async_hooks::recorder`. It is built on the hook API.
//!
//! A [`FlightRecorder`] writes the events of all resources into memory, always on, and the newest overwrite the oldest. A
//! [`Recording`] is a copy of that.
//!
//! # The source, in reading order
//!
//! 1. `time`: the clock, moments and stretches of time.
//! 2. `model`: what a recording holds.
//! 3. `rings`: where events are written, and how they are copied.
//! 4. `trace`: recordings as Perfetto traces.
//! 5. `replay`: questions to a recording.
//! 6. `report`: a recording as a page of HTML.
//! 7. `recorder`: the recorder, its settings and its hook.
//! 8. `triggers`: recordings that are written when something happens.
//! 9. `layer`: lines of the log.

mod time;

mod model;

mod rings;

mod trace;

mod replay;

#[cfg(feature = "report")]
mod report;

mod recorder;

mod triggers;

#[cfg(feature = "tracing")]
mod layer;

#[cfg(feature = "tracing")]
pub use layer::RecorderLayer;
pub use model::attribute_record::AttributeRecord;
pub use model::gap::Gap;
pub use model::lifetime::Lifetime;
pub use model::log_record::LogRecord;
pub use model::poll_record::PollRecord;
pub use model::recording::Recording;
pub use model::wake_record::WakeRecord;
pub use recorder::builder::FlightRecorderBuilder;
pub use recorder::flight_recorder::{EnabledRecorder, FlightRecorder};
pub use recorder::stats::RecorderStats;
pub use replay::causal_tree::CausalTree;
pub use replay::comparison::{ComparedSite, Comparison, SiteTotals};
pub use replay::critical_path::{CriticalPath, Segment};
pub use replay::moment::Moment;
pub use replay::state::{State, WaitingFor};
#[cfg(feature = "report")]
pub use report::page::report;
pub use time::time_range::TimeRange;
pub use time::timestamp::Timestamp;
pub use trace::error::RecordingError;
pub use triggers::dump_guard::DumpGuard;

#[cfg(doctest)]
mod readme {
    #![doc = include_str!("../README.md")]
}
