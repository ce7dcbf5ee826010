//! How much heap does an idle task hold, where the runtime tracks every task by itself?

#[cfg(tokio_unstable)]
#[path = "automatic/idle_tasks.rs"]
mod automatic;
#[cfg(not(tokio_unstable))]
#[path = "automatic/explained.rs"]
mod automatic;

use async_hooks_benches::Ask;

fn main() -> std::process::ExitCode {
    async_hooks_benches::answer(&[Ask { name: "automatic_heap", question: automatic::question }])
}
