//! The runtime under the tasks that are measured.

use tokio::runtime::{Builder, Runtime};

/// On this thread only, so that no other thread's work is counted or missed.
#[must_use]
pub fn current_thread_runtime() -> Runtime {
    match Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => unreachable!("a runtime without drivers asks the system for nothing: {error}"),
    }
}
