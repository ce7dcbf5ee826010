//! Both runtimes, which track every task under the cfg.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Builder, Runtime};

/// Keeps the requests of tests apart: a pipeline exports all of its process.
pub(crate) fn serve_alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn both() -> [Runtime; 2] {
    let mut several = Builder::new_multi_thread();
    several.worker_threads(2);
    [several, Builder::new_current_thread()].map(|mut builder| {
        builder.enable_all();
        #[cfg(tokio_unstable)]
        async_hooks::tokio::BuilderExt::async_hooks(&mut builder);
        builder.build().unwrap()
    })
}
