//! What does a runtime cost that tracks every task by itself?
//!
//! tokio tells of its tasks under `--cfg tokio_unstable` only, so this bench is a build of its own, which `cargo xtask bench`
//! makes, with tokio of the same build as what it is compared with.

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
