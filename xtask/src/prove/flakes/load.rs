//! A load: threads that keep the processors busy.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// Keeps every processor busy until it is dropped.
pub(super) struct Load {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    pub(super) fn on_every_processor() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let processors = thread::available_parallelism().map_or(1, Into::into);
        let threads = (0..processors).map(|_| thread::spawn(spin_until(Arc::clone(&is_over)))).collect();
        Self { is_over, threads }
    }
}

fn spin_until(is_over: Arc<AtomicBool>) -> impl FnOnce() {
    move || {
        let mut turns = 0_u64;
        while !is_over.load(Ordering::Relaxed) {
            turns = black_box(turns.wrapping_add(1));
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A thread that only counts does not panic.
            let _ = thread.join();
        }
    }
}
