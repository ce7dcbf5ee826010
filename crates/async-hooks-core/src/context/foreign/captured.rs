//! Foreign contexts in a captured context, and attached to a thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::context::current;
use crate::context::detaching::is_detached;
use crate::context::foreign::carrier::{self, Captured, Carrier, Value};
use crate::context::inheritance;
use crate::context::mapping::Mapping;
use crate::context::mapping::node::{Key, STAYS};
use crate::context::mapping::previous::Previous;
use crate::context::setting;
use crate::panics::discard;

/// No `AsyncLocal` has this key: their numbers count up from 2.
///
/// 0 is the number of the scopes of hooks. It stays with its resource, so no span brings it.
const KEY: Key = STAYS | 1;

/// The context of something that is created, foreign contexts included.
///
/// Detached code captures nothing foreign.
#[inline(always)]
pub(crate) fn capture() -> Mapping {
    if carrier::is_any() { with_foreign(current::capture) } else { current::capture() }
}

/// As [`capture`], for a spawn.
#[inline(always)]
pub(crate) fn capture_for_spawn() -> Mapping {
    if carrier::is_any() { with_foreign(inheritance::capture_for_spawn) } else { inheritance::capture_for_spawn() }
}

#[cold]
#[inline(never)]
fn with_foreign(capture: fn() -> Mapping) -> Mapping {
    let mut context = capture();
    let captured = if is_detached() { Vec::new() } else { busy(capture_each).unwrap_or_default() };
    let replaced = match captured.is_empty() {
        true => context.remove(KEY),
        false => context.put_back(KEY, Previous::of(KEY, setting::owner(), Some(Arc::new(Captured(captured))))),
    };
    drop(replaced);
    context
}

fn capture_each() -> Vec<(Arc<Carrier>, Value)> {
    carrier::enabled().into_iter().filter_map(|carrier| carrier.capture().map(|value| (carrier, value))).collect()
}

/// Attaches the foreign contexts that the current context has captured.
///
/// They stay attached until the thread leaves its innermost level. It never unwinds.
#[inline(always)]
pub(crate) fn attach() {
    if carrier::is_any() {
        attach_all();
    }
}

#[cold]
#[inline(never)]
fn attach_all() {
    // The contexts contain their own panics; what they have replaced in the mapping may be dropped behind the reading.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(attach_captured)) {
        discard(payload);
    }
}

/// Reads in place, which needs no reference count.
///
/// What foreign code changes meanwhile is a copy.
fn attach_captured() {
    current::read(|context| {
        let captured = context.get(KEY).and_then(|captured| captured.as_ref()?.downcast_ref::<Captured>());
        captured.and_then(|captured| busy(|| captured.0.iter().for_each(attach_part)))
    });
}

fn attach_part((carrier, value): &(Arc<Carrier>, Value)) {
    if carrier.is_enabled() {
        carrier.attach(value);
    }
}

/// Runs foreign code, unless this thread does so already.
///
/// What that code creates or runs carries nothing.
fn busy<R>(f: impl FnOnce() -> R) -> Option<R> {
    if current::with(|current| current.runs_foreign.replace(true)) {
        return None;
    }
    let result = f();
    current::with(|current| current.runs_foreign.set(false));
    Some(result)
}
