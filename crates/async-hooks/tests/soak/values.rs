//! The values that flow, and a token that shows what was not dropped.

use std::sync::{Arc, LazyLock};

use async_hooks::{AsyncId, AsyncLocal, Inherit, execution_async_id};
use tracing::info_span;

use crate::faults;

/// Of whom the code is; each actor has numbers of its own.
pub(crate) static OWNER: AsyncLocal<u64> = AsyncLocal::new().named("owner");
/// Nobody's but the task's that has set it.
pub(crate) static OWN: AsyncLocal<u64> = AsyncLocal::new().named("own").inherit(Inherit::Barrier);
/// Is disabled now and then, so that it may be set or not.
pub(crate) static FICKLE: AsyncLocal<u64> =
    AsyncLocal::new().named("fickle").inherit(Inherit::Fork(|value| value + 1_000));

/// Is held by all futures, threads and values of the round.
static TOKEN: LazyLock<Arc<()>> = LazyLock::new(Arc::default);

pub(crate) fn token() -> Arc<()> {
    Arc::clone(&TOKEN)
}

pub(crate) fn tokens_alive() -> usize {
    Arc::strong_count(&TOKEN) - 1
}

pub(crate) fn read(local: &AsyncLocal<u64>) -> Option<u64> {
    local.with(|value| value.copied())
}

/// What a thread shows that does nothing.
pub(crate) fn check_idle(place: &str) {
    let (id, values) = (execution_async_id(), [&OWNER, &OWN, &FICKLE].map(read));
    faults::check(id == AsyncId::ROOT && values == [None; 3], || format!("{place} shows {id} and {values:?}"));
}

/// What code of `owner` shows, in a span and outside.
pub(crate) fn check_owner(owner: u64, place: &str) {
    let seen = read(&OWNER);
    let seen_in_span = info_span!("look").in_scope(|| read(&OWNER));
    let is_own = (seen, seen_in_span) == (Some(owner), Some(owner));
    faults::check(is_own, || format!("{place} of {owner} sees {seen:?}, and in a span {seen_in_span:?}"));
}
