//! The writers of this thread: one for each recorder that it wrote for.

use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use crate::rings::pool::Pool;
use crate::rings::sites::SiteCache;
use crate::rings::writer::Writer;

thread_local! {
    static WRITERS: RefCell<ThreadWriters> = const { RefCell::new(ThreadWriters::new()) };
}

pub(crate) struct ThreadWriters {
    pub(crate) current: Writer,
    pub(crate) sites: SiteCache,
    others: Vec<Writer>,
}

impl ThreadWriters {
    const fn new() -> ThreadWriters {
        ThreadWriters { current: Writer::none(), sites: SiteCache::new(), others: Vec::new() }
    }

    /// Exchanges the current writer for one of this period.
    #[cold]
    #[inline(never)]
    fn change_to(&mut self, period: u64, pool: &Arc<Pool>) {
        self.others.retain(|writer| !writer.is_orphan());
        let known = self.others.iter().position(|writer| writer.period() == period);
        let next = known.map(|place| self.others.swap_remove(place));
        let next = next.unwrap_or_else(|| Writer::begin(period, pool));
        let previous = mem::replace(&mut self.current, next);
        if previous.period() != 0 {
            self.others.push(previous);
        }
    }
}

/// Runs `write` with this thread's writer of a period.
///
/// `None` if the thread ends, or is writing already.
#[inline]
pub(crate) fn with<R>(period: u64, pool: &Arc<Pool>, write: impl FnOnce(&mut ThreadWriters) -> R) -> Option<R> {
    let with = |writers: &RefCell<ThreadWriters>| {
        let mut writers = writers.try_borrow_mut().ok()?;
        if writers.current.period() != period {
            writers.change_to(period, pool);
        }
        Some(write(&mut writers))
    };
    WRITERS.try_with(with).ok().flatten()
}
