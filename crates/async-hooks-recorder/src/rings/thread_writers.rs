//! The writers of this thread: one for each recorder that it wrote for.
//!
//! What an event reads has no destructor, so that reading it is an access to memory and nothing more. A second thread-local has one,
//! and drops the writers when the thread ends.

use std::cell::RefCell;
use std::mem::{self, ManuallyDrop};
use std::sync::Arc;

use crate::rings::pool::Pool;
use crate::rings::recent_labels::RecentLabels;
use crate::rings::sites::SiteCache;
use crate::rings::writer::Writer;

thread_local! {
    static WRITERS: RefCell<ManuallyDrop<ThreadWriters>> = const { RefCell::new(ManuallyDrop::new(ThreadWriters::new())) };

    static END: AtThreadEnd = const { AtThreadEnd };
}

pub(crate) struct ThreadWriters {
    current: Writer,
    caches: Caches,
    others: Vec<Writer>,
}

/// What a thread remembers, for all recorders.
pub(crate) struct Caches {
    pub(crate) sites: SiteCache,
    pub(crate) labels: RecentLabels,
}

impl Caches {
    pub(crate) const fn new() -> Caches {
        Caches { sites: SiteCache::new(), labels: RecentLabels::new() }
    }
}

/// Drops the writers at the end of the thread.
struct AtThreadEnd;

impl Drop for AtThreadEnd {
    fn drop(&mut self) {
        let writers =
            WRITERS.with(|writers| Some(mem::replace(&mut **writers.try_borrow_mut().ok()?, ThreadWriters::new())));
        drop(writers);
    }
}

impl ThreadWriters {
    const fn new() -> ThreadWriters {
        ThreadWriters { current: Writer::none(), caches: Caches::new(), others: Vec::new() }
    }

    /// Exchanges the current writer for one of this period; `None` if the thread ends.
    fn change_to(&mut self, period: u64, pool: &Arc<Pool>) -> Option<()> {
        END.try_with(|_| ()).ok()?;
        self.others.retain(|writer| !writer.is_outdated());
        let known = self.others.iter().position(|writer| writer.period() == period);
        let next = known.map(|place| self.others.swap_remove(place));
        let next = next.unwrap_or_else(|| Writer::begin(period, pool));
        let previous = mem::replace(&mut self.current, next);
        self.others.extend(Some(previous).filter(|writer| !writer.is_outdated()));
        Some(())
    }
}

/// Tries to write with what the thread has at hand, and returns whether that was possible.
///
/// `write` calls nothing: the path of most events has no call, and so saves no registers.
#[inline(always)]
pub(crate) fn try_at_hand(period: u64, write: impl FnOnce(&mut Writer) -> bool) -> bool {
    WRITERS.with(|writers| match writers.try_borrow_mut() {
        Ok(mut writers) if writers.current.period() == period => write(&mut writers.current),
        _ => false,
    })
}

/// Runs `write` with this thread's writer of a period.
///
/// `None` if the thread ends, or is writing already.
pub(crate) fn with<R>(period: u64, pool: &Arc<Pool>, write: impl FnOnce(&mut Writer, &mut Caches) -> R) -> Option<R> {
    WRITERS.with(|writers| {
        let mut writers = writers.try_borrow_mut().ok()?;
        if writers.current.period() != period {
            writers.change_to(period, pool)?;
        }
        let ThreadWriters { current, caches, .. } = &mut **writers;
        Some(write(current, caches))
    })
}
