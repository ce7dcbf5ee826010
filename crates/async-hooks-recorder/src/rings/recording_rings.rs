//! The rings of one recorder, and the table of the living.
//!
//! What the hook writes, event by event.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_hooks_core::{AsyncId, Resource, runtime};

use crate::rings::living::{Living, LivingTable};
use crate::rings::pool::Pool;
use crate::rings::sites::{SiteCache, StaticSite};
use crate::rings::slow_limits::SlowLimits;
use crate::rings::thread_writers::{self, Caches};
use crate::rings::word::{DRIVER, Tag, UNKNOWN};
use crate::rings::writer::Writer;
use crate::time::clock::{self, Counter};

pub(crate) struct Rings {
    clock: Counter,
    /// Names the time since the recorder was enabled; differs between any two recorders, too.
    period: AtomicU64,
    /// When the period began, and when it ended; 0 if it goes on.
    began: AtomicU64,
    ended: AtomicU64,
    /// A resource with a lower id may have been created before the period.
    first_certain: AtomicU64,
    pool: Arc<Pool>,
    living: LivingTable,
    lost: AtomicU64,
    slow_limits: SlowLimits,
    /// Writes for threads that end.
    stray: Mutex<Option<Writer>>,
}

static PERIODS: AtomicU64 = AtomicU64::new(1);

impl Rings {
    pub(crate) fn new(bytes: usize) -> Rings {
        let now = clock::ticks();
        Rings {
            clock: Counter::new(),
            period: AtomicU64::new(PERIODS.fetch_add(1, Ordering::Relaxed)),
            began: AtomicU64::new(now),
            ended: AtomicU64::new(now),
            first_certain: AtomicU64::new(0),
            pool: Arc::new(Pool::new(bytes)),
            living: LivingTable::new(),
            lost: AtomicU64::new(0),
            slow_limits: SlowLimits::default(),
            stray: Mutex::new(None),
        }
    }

    /// Begins a period: forgets everything. The hook is enabled next.
    pub(crate) fn begin(&self) {
        let period = PERIODS.fetch_add(1, Ordering::Relaxed);
        self.pool.begin(period);
        self.living.clear();
        self.lost.store(0, Ordering::Relaxed);
        self.note_start();
        self.ended.store(0, Ordering::Relaxed);
        self.period.store(period, Ordering::Release);
    }

    /// Notes that every event from now on is recorded: the hook is enabled.
    pub(crate) fn note_start(&self) {
        self.first_certain.store(runtime::id_bound(), Ordering::Relaxed);
        self.began.store(clock::ticks(), Ordering::Relaxed);
    }

    /// Ends the period: what was recorded stays. The hook was disabled after that time.
    pub(crate) fn end(&self, ticks: u64) {
        let _ = self.ended.compare_exchange(0, ticks, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(crate) fn began(&self) -> u64 {
        self.began.load(Ordering::Relaxed)
    }

    /// The end of what was recorded: now, while the period goes on.
    pub(crate) fn end_or_now(&self) -> u64 {
        match self.ended.load(Ordering::Relaxed) {
            0 => clock::ticks(),
            ended => ended,
        }
    }

    /// Whether the recorder is enabled.
    #[cfg(feature = "tracing")]
    pub(crate) fn is_recording(&self) -> bool {
        self.ended.load(Ordering::Relaxed) == 0
    }

    #[inline]
    pub(super) fn now(&self) -> u64 {
        self.clock.ticks()
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    pub(crate) fn living(&self) -> &LivingTable {
        &self.living
    }

    pub(crate) fn slow_limits(&self) -> &SlowLimits {
        &self.slow_limits
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Notes a resource that was created now.
    pub(crate) fn init(&self, resource: &Resource, label: Option<&str>) {
        let start = self.now();
        let created =
            self.with_writer(|writer, caches| (caches.sites.number(StaticSite::of(resource)), writer.thread_number()));
        if let Some((site, thread)) = created {
            let label = label.and_then(|label| self.with_writer(|_, caches| caches.labels.shared(label)));
            let living = Living { start, trigger: trigger_of(resource), site, thread, label };
            self.living.insert(resource.async_id(), living);
        }
    }

    #[inline]
    pub(crate) fn before(&self, resource: &Resource, is_unwinding: bool) {
        let id = resource.async_id().as_u64();
        let (now, tag) = (self.now(), if is_unwinding { Tag::BeforeUnwinding } else { Tag::Before });
        let begin = |writer: &mut Writer| {
            if self.may_be_early(id) && !writer.knows(id) {
                return false;
            }
            writer.note_begun(id);
            writer.event_at_hand(now, tag, id)
        };
        if !thread_writers::try_at_hand(self.period(), begin) {
            self.begin_slowly(resource, now, tag);
        }
    }

    #[inline]
    pub(crate) fn after(&self, id: AsyncId, is_unwinding: bool) {
        self.try_event(if is_unwinding { Tag::AfterUnwinding } else { Tag::After }, id.as_u64());
    }

    pub(crate) fn resolve(&self, id: AsyncId) {
        self.try_event(Tag::Resolve, id.as_u64());
    }

    /// Moves what is known of a resource from the table into the rings.
    pub(crate) fn destroy(&self, resource: &Resource) {
        let (now, id) = (self.now(), resource.async_id());
        let start = self.living.remove(id, |living| {
            self.write(|writer, caches| match living {
                Some(living) => living.write_end(now, writer, id),
                None => early(resource, &mut caches.sites).write_end(now, writer, id),
            });
            living.map_or(UNKNOWN, |living| living.start)
        });
        if self.slow_limits.has_any() && start != UNKNOWN {
            self.slow_limits.check(resource.kind(), clock::duration(start, now));
        }
    }

    #[inline]
    pub(crate) fn wake(&self, woken: AsyncId, by: &Resource) {
        let (now, id) = (self.now(), by.async_id().as_u64());
        let wake =
            |writer: &mut Writer| writer.has_begun(id) && writer.event_at_hand(now, Tag::WakeByBegun, woken.as_u64());
        if !thread_writers::try_at_hand(self.period(), wake) {
            self.wake_by(now, woken.as_u64(), by);
        }
    }

    #[inline(never)]
    fn wake_by(&self, now: u64, woken: u64, by: &Resource) {
        let id = by.async_id();
        self.write(|writer, caches| {
            if writer.has_begun(id.as_u64()) {
                return writer.event(now, Tag::WakeByBegun, woken);
            }
            if id == AsyncId::ROOT && by.kind() == "root" {
                return writer.event(now, Tag::WakeByRoot, woken);
            }
            let by = match id {
                AsyncId::ROOT => DRIVER | u64::from(caches.sites.number(StaticSite::name(by.kind()))),
                id => id.as_u64(),
            };
            writer.open_event(now, Tag::WakeBy, woken, 2) && {
                writer.put(by);
                writer.complete(1)
            }
        });
    }

    /// Whether a resource may be from before the period.
    #[inline]
    fn may_be_early(&self, id: u64) -> bool {
        id < self.first_certain.load(Ordering::Relaxed)
    }

    #[cold]
    #[inline(never)]
    fn begin_slowly(&self, resource: &Resource, now: u64, tag: Tag) {
        let id = resource.async_id();
        if self.may_be_early(id.as_u64()) {
            self.insert_early(resource);
        }
        self.event(now, tag, id.as_u64());
    }

    /// Inserts a resource from before the period, at the first poll that this thread sees.
    fn insert_early(&self, resource: &Resource) {
        let id = resource.async_id();
        let early = self.with_writer(|writer, caches| {
            writer.note_known(id.as_u64());
            early(resource, &mut caches.sites)
        });
        if let Some(early) = early {
            self.living.insert_early(id, || early);
        }
    }

    #[inline]
    pub(crate) fn period(&self) -> u64 {
        self.period.load(Ordering::Relaxed)
    }

    /// Writes an event of one word.
    #[inline]
    fn try_event(&self, tag: Tag, id: u64) {
        let now = self.now();
        if !thread_writers::try_at_hand(self.period(), |writer| writer.event_at_hand(now, tag, id)) {
            self.event(now, tag, id);
        }
    }

    #[cold]
    #[inline(never)]
    fn event(&self, now: u64, tag: Tag, id: u64) {
        self.write(|writer, _| {
            if matches!(tag, Tag::Before | Tag::BeforeUnwinding) {
                writer.note_begun(id);
            }
            writer.event(now, tag, id)
        });
    }

    pub(super) fn write(&self, write: impl Fn(&mut Writer, &mut Caches) -> bool) {
        self.note_lost(usize::from(self.with_writer(write) != Some(true)));
    }

    #[inline]
    pub(super) fn note_lost(&self, events: usize) {
        if events > 0 {
            self.lost.fetch_add(events as u64, Ordering::Relaxed);
        }
    }

    pub(super) fn with_writer<R>(&self, write: impl Fn(&mut Writer, &mut Caches) -> R) -> Option<R> {
        let period = self.period();
        let written = thread_writers::with(period, &self.pool, &write);
        written.or_else(|| self.with_stray(period, write))
    }

    /// Writes for a thread that ends: its own writer is gone.
    #[cold]
    #[inline(never)]
    fn with_stray<R>(&self, period: u64, write: impl Fn(&mut Writer, &mut Caches) -> R) -> Option<R> {
        let mut stray = self.stray.lock().unwrap_or_else(PoisonError::into_inner);
        if stray.as_ref().is_none_or(|writer| writer.period() != period) {
            *stray = Some(Writer::begin_stray(period, &self.pool));
        }
        stray.as_mut().map(|writer| write(writer, &mut Caches::new()))
    }
}

fn trigger_of(resource: &Resource) -> u64 {
    resource.trigger_async_id().map_or(0, AsyncId::as_u64)
}

/// What is known of a resource that was created before the period.
fn early(resource: &Resource, sites: &mut SiteCache) -> Living {
    let site = sites.number(StaticSite::of(resource));
    Living { start: UNKNOWN, trigger: trigger_of(resource), site, thread: 0, label: None }
}
