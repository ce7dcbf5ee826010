//! Without the cfg there is nothing to measure.

use async_hooks_benches::Question;

pub(crate) fn question() -> Question {
    Question::new(
        "needs --cfg tokio_unstable: run `cargo xtask bench`, or this with RUSTFLAGS=\"--cfg tokio_unstable\"",
    )
}
