//! What does a runtime cost that tracks every task by itself?
//!
//! tokio reports its tasks only when built with `--cfg tokio_unstable`, so this bench is a build of its own, made by
//! `cargo xtask bench`. Its baseline is tokio of the same build.

#[cfg(tokio_unstable)]
#[path = "automatic/tasks.rs"]
mod automatic;
#[cfg(not(tokio_unstable))]
#[path = "automatic/explained.rs"]
mod automatic;

use async_hooks_benches::Ask;

fn main() -> std::process::ExitCode {
    async_hooks_benches::answer(&[Ask { name: "automatic", question: automatic::question }])
}
