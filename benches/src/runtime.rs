//! The runtime under the tasks that are measured.

use tokio::runtime::{Builder, Runtime};

/// On this thread only, so that no other thread's work is counted or missed.
#[must_use]
pub fn current_thread_runtime() -> Runtime {
    built(&mut Builder::new_current_thread())
}

/// The same, for what reads and writes.
#[must_use]
pub fn current_thread_runtime_with_io() -> Runtime {
    built(Builder::new_current_thread().enable_io())
}

/// Builds it. Without what a runtime asks of the system, nothing can be measured.
///
/// # Panics
///
/// If the system gives no threads, or no files to poll.
#[must_use]
pub fn built(builder: &mut Builder) -> Runtime {
    match builder.build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("the system gives no runtime: {error}"),
    }
}
