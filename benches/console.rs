//! What does tokio-console's subscriber cost, and the runtime extension in the same build?
//!
//! A build of its own: tokio's feature `tracing` costs every task something before anybody listens.

#[cfg(tokio_unstable)]
#[path = "automatic/console.rs"]
mod automatic;
#[cfg(not(tokio_unstable))]
#[path = "automatic/explained.rs"]
mod automatic;

use async_hooks_benches::Ask;

fn main() -> std::process::ExitCode {
    async_hooks_benches::answer(&[Ask { name: "console", question: automatic::question }])
}
