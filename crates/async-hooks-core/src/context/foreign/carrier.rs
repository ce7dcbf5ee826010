//! The foreign contexts of the program, and the list of those that are enabled.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::context::entered;
use crate::context::entered::attached::Attachment;
use crate::context::foreign::foreign_context::ForeignContext;
use crate::panics::{discard, report};

pub(super) type Value = Box<dyn Any + Send + Sync>;

/// A foreign context without its types.
pub(super) trait AnyContext: Send + Sync {
    fn capture(&self) -> Option<Value>;

    /// Attaches for the thread's innermost level. `number` is the carrier's.
    fn attach(&self, value: &(dyn Any + Send + Sync), number: u64) -> Option<()>;
}

impl<C: ForeignContext> AnyContext for C {
    fn capture(&self) -> Option<Value> {
        Some(Box::new(ForeignContext::capture(self)?))
    }

    fn attach(&self, value: &(dyn Any + Send + Sync), number: u64) -> Option<()> {
        let guard = ForeignContext::attach(self, value.downcast_ref()?);
        entered::keep_attached(Attached { guard: Some(guard), carrier: number });
        Some(())
    }
}

/// A guard of this type, or the slot for one.
struct Attached<G> {
    guard: Option<G>,
    /// The number of the context that has attached it.
    carrier: u64,
}

impl<G> Attached<G> {
    fn drop_guard(&mut self) {
        let guard = self.guard.take();
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(guard))) {
            report_drop(self.carrier, payload);
        }
    }
}

impl<G: 'static> Attachment for Attached<G> {
    fn empty(&mut self) {
        self.drop_guard();
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// What is still attached at the end of a thread.
impl<G> Drop for Attached<G> {
    fn drop(&mut self) {
        if self.guard.is_some() {
            self.drop_guard();
        }
    }
}

/// Only what is enabled still can be disabled, and is reported then.
#[cold]
fn report_drop(number: u64, payload: Box<dyn Any + Send>) {
    match enabled().into_iter().find(|carrier| carrier.number == number) {
        Some(carrier) => carrier.report("the drop of a guard", payload),
        None => discard(payload),
    }
}

/// What was captured of each foreign context.
pub(super) struct Captured(pub(super) Vec<(Arc<Carrier>, Value)>);

/// A foreign context, and who keeps it enabled.
///
/// The claims are written under the lock of the list.
pub(in crate::context::foreign) struct Carrier<C: ?Sized = dyn AnyContext> {
    /// No other has it.
    number: u64,
    /// How many guards keep it enabled, and in the lowest bit whether `enable` was called.
    claims: AtomicUsize,
    /// Counts how often it was enabled: a guard belongs to one period.
    period: AtomicU64,
    context: C,
}

impl<C> Carrier<C> {
    pub(super) fn new(context: C) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let (claims, period) = (AtomicUsize::new(0), AtomicU64::new(0));
        Carrier { number, claims, period, context }
    }
}

impl Carrier {
    pub(super) fn is_enabled(&self) -> bool {
        self.claims.load(Ordering::Acquire) != 0
    }

    pub(super) fn capture(&self) -> Option<Value> {
        self.contained("capture", || self.context.capture())
    }

    pub(super) fn attach(&self, value: &Value) {
        self.contained("attach", || self.context.attach(&**value, self.number));
    }

    fn contained<R>(&self, what: &str, call: impl FnOnce() -> Option<R>) -> Option<R> {
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(result) => result,
            Err(payload) => {
                self.report(what, payload);
                None
            }
        }
    }

    /// Disables the context; a panic on two threads at once is reported once.
    #[cold]
    fn report(&self, what: &str, payload: Box<dyn Any + Send>) {
        if disable(self) {
            report(format_args!("a foreign context panicked in `{what}` and was disabled"), &*payload);
        }
        discard(payload);
    }
}

static ENABLED: Mutex<Vec<Arc<Carrier>>> = Mutex::new(Vec::new());

static IS_ANY: AtomicBool = AtomicBool::new(false);

/// A bit of the claims; guards are counted above it.
const LASTING: usize = 1;
const GUARD: usize = 2;

/// Whether a foreign context is propagated; the only cost of a poll if not.
#[inline(always)]
pub(crate) fn is_any() -> bool {
    IS_ANY.load(Ordering::Relaxed)
}

/// What is propagated now; no lock is held afterwards.
pub(super) fn enabled() -> Vec<Arc<Carrier>> {
    lock().clone()
}

pub(super) fn enable(carrier: &Arc<Carrier>) {
    let mut enabled = lock();
    add(&mut enabled, carrier);
    carrier.claims.fetch_or(LASTING, Ordering::Release);
}

/// Enables for a guard; returns its period.
pub(super) fn enable_for_guard(carrier: &Arc<Carrier>) -> u64 {
    let mut enabled = lock();
    add(&mut enabled, carrier);
    carrier.claims.fetch_add(GUARD, Ordering::Release);
    carrier.period.load(Ordering::Relaxed)
}

/// Returns whether it was enabled.
pub(super) fn disable(carrier: &Carrier) -> bool {
    let removed = {
        let mut enabled = lock();
        carrier.claims.store(0, Ordering::Release);
        remove(&mut enabled, carrier)
    };
    // Dropped without the lock: it may be the last reference to a context of the program.
    removed.is_some()
}

/// Ends a guard; one of a past period has ended already.
pub(super) fn release(carrier: &Carrier, period: u64) {
    let removed = {
        let mut enabled = lock();
        if !carrier.is_enabled() || carrier.period.load(Ordering::Relaxed) != period {
            return;
        }
        let is_last = carrier.claims.fetch_sub(GUARD, Ordering::Release) == GUARD;
        if is_last { remove(&mut enabled, carrier) } else { None }
    };
    drop(removed);
}

fn add(enabled: &mut Vec<Arc<Carrier>>, carrier: &Arc<Carrier>) {
    if !carrier.is_enabled() {
        carrier.period.fetch_add(1, Ordering::Relaxed);
        enabled.push(Arc::clone(carrier));
        IS_ANY.store(true, Ordering::Relaxed);
    }
}

fn remove(enabled: &mut Vec<Arc<Carrier>>, carrier: &Carrier) -> Option<Arc<Carrier>> {
    let index = enabled.iter().position(|enabled| std::ptr::addr_eq(Arc::as_ptr(enabled), carrier))?;
    let removed = enabled.remove(index);
    IS_ANY.store(!enabled.is_empty(), Ordering::Relaxed);
    Some(removed)
}

/// No foreign code runs while it is locked, so no panic can leave it half changed.
fn lock() -> MutexGuard<'static, Vec<Arc<Carrier>>> {
    ENABLED.lock().unwrap_or_else(PoisonError::into_inner)
}
