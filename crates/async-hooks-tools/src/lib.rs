//! What the tools of `async-hooks` have in common: the diagnostics and the flight recorder.
//!
//! A tool prints what the program has named: [`Escaped`] and [`bounded`] make that safe, and [`HumanDuration`] prints times. It runs
//! code of the program, its callbacks and labels: [`Contained`] keeps their panics to itself, and a [`Labeller`] asks for labels. And it
//! remembers the living, which many threads change at once: [`id_map`].
//!
//! Nothing in here is meant for direct use, and it may change with any release. The tools pin its version.

mod escaped;

mod human_duration;

mod contained;

mod labeller;

mod id_map;

pub use contained::Contained;
pub use escaped::{Escaped, MAX_BYTES, bounded, cut_at};
pub use human_duration::HumanDuration;
pub use id_map::{IdHasher, IdMap, id_map};
pub use labeller::Labeller;
