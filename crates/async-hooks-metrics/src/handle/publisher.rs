//! The thread that publishes once a second, while the hook is enabled.

use std::io::{self, Write as _};
use std::mem;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::handle::shared::Shared;

const INTERVAL: Duration = Duration::from_secs(1);

/// Starts the thread, unless there is one.
pub(super) fn start(shared: &Arc<Shared>) {
    let mut has_publisher = lock(shared);
    if *has_publisher {
        return;
    }
    let publishing = Arc::clone(shared);
    let started = thread::Builder::new().name("async-hooks metrics".to_owned()).spawn(move || run(&publishing));
    match started {
        Ok(_) => *has_publisher = true,
        // Not by `eprintln!`, which panics if stderr is closed.
        Err(error) => drop(writeln!(io::stderr(), "async-hooks: cannot start a thread for metrics: {error}")),
    }
}

fn run(shared: &Shared) {
    loop {
        thread::sleep(INTERVAL);
        if has_exporter() {
            shared.publish();
        }
        let mut has_publisher = lock(shared);
        if !shared.hook.is_enabled() {
            *has_publisher = false;
            return;
        }
    }
}

/// Whether the program has installed an exporter.
///
/// The one that stands in for it has no size. Histograms are published only once, and so wait for a real one.
fn has_exporter() -> bool {
    metrics::with_recorder(|recorder| mem::size_of_val(recorder) > 0)
}

fn lock(shared: &Shared) -> MutexGuard<'_, bool> {
    shared.has_publisher.lock().unwrap_or_else(PoisonError::into_inner)
}
