//! How the benches of `async-hooks` measure.
//!
//! Each file beside `main.rs` asks one [`Question`]. It has named [`Case`]s in groups, the first of each of which is the baseline, and a case may
//! have [`Bar`]s: what it may cost at most. The answer is a table, in one [`Currency`]:
//!
//! - `cargo bench -p async-hooks-benches` measures *time*. The cases take turns in short samples, over many rounds, so that
//!   whatever else the machine does falls on all of them alike; medians are printed.
//! - `cargo bench -p async-hooks-benches -- --callgrind` counts *instructions*, which do not depend on the machine's mood.
//!   Each case runs under valgrind, alone and after a warm-up; only what lies in the loop is counted, and the loop.
//! - A question about *bytes* or *allocations* is answered the same way either time.
//!
//! A word selects a question, as in `cargo bench -p async-hooks-benches --bench costs -- poll --callgrind`; `--case WORD` selects
//! cases, `--list` names them, `--help` tells the rest. `cargo xtask bench` asks everything, and writes `docs/performance.md`.

mod answer;

mod sample;

mod bar;

mod figures;

mod case;

mod rounds;

mod profile;

mod callgrind;

mod table;

mod options;

mod question;

mod ask;

mod locals;

mod counting_hook;

mod counting_layer;

mod silent_hook;

mod polled;

mod node;

mod runtime;

mod spawner;

mod sized;

pub use answer::{Answer, BarAnswer, Beside, CaseAnswer, Cost, Currency, Group, Point, Side};
pub use ask::{Ask, answer};
pub use bar::Bar;
pub use case::Case;
pub use counting_hook::{with_a_wake_hook, with_counting_hooks};
pub use counting_layer::CountingLayer;
pub use locals::{OWN, with_locals_set};
pub use node::node_case;
pub use polled::{Polled, make_and_poll_once, self_waking};
pub use question::Question;
pub use runtime::{built, current_thread_runtime, current_thread_runtime_with_io};
pub use sample::Sample;
pub use silent_hook::with_a_silent_hook;
pub use sized::{Work, idle_tasks, spawn_sized};
pub use spawner::{Bare, Spawner, Tracked, spawn_and_join, spawn_and_join_on};
