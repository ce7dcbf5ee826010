//! How the benches of `async-hooks` measure.
//!
//! Each bench asks one [`Question`]. It has named [`Case`]s, the first of which is the baseline, and a case may have
//! [`Bar`]s: what it may cost at most. The answer is a table, in one [`Currency`]:
//!
//! - `cargo bench -p async-hooks-benches` measures *time*. The cases take turns in short samples, over many rounds, so that
//!   whatever else the machine does falls on all of them alike; medians are printed.
//! - `cargo bench -p async-hooks-benches -- --callgrind` counts *instructions*, which do not depend on the machine's mood.
//!   Each case runs under valgrind for N and for 2N iterations; what start and setup cost cancels out.
//! - A question about *bytes* or *allocations* is answered the same way either time.
//!
//! `--bench NAME` selects one question, `--list` names the cases of a question, and further words select cases by name.

mod sample;

mod currency;

mod bar;

mod case;

mod figures;

mod rounds;

mod callgrind;

mod table;

mod question;

mod locals;

mod counting_hook;

mod polled;

mod runtime;

pub use bar::Bar;
pub use case::Case;
pub use counting_hook::{with_a_wake_hook, with_counting_hooks};
pub use currency::Currency;
pub use locals::{OWN, with_locals_set};
pub use polled::{Polled, make_and_poll_once, self_waking};
pub use question::Question;
pub use runtime::current_thread_runtime;
pub use sample::Sample;
