//! What does a flight recorder cost a program, beside dial9 on the same work?
//!
//! A build of its own, for what dial9 depends on.

#[cfg(not(tokio_unstable))]
#[path = "automatic/explained.rs"]
mod automatic;
#[cfg(tokio_unstable)]
#[path = "automatic/recorders.rs"]
mod automatic;

use async_hooks_benches::Ask;

fn main() -> std::process::ExitCode {
    async_hooks_benches::answer(&[Ask { name: "dial9", question: automatic::question }])
}
