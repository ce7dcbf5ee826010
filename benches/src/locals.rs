//! A context in which some locals are set.

use async_hooks::{AsyncLocal, Snapshot};

const MOST: usize = 100;

static LOCALS: [AsyncLocal<u64>; MOST] = [const { AsyncLocal::new() }; MOST];

/// The local that the benches read and set; of those that [`with_locals_set`] sets it is one.
pub static OWN: &AsyncLocal<u64> = &LOCALS[0];

/// Runs `f` where `count` locals are set, [`OWN`] among them.
pub fn with_locals_set<R>(count: usize, f: impl FnOnce() -> R) -> R {
    Snapshot::current().run(|| {
        LOCALS.iter().take(count).zip(1_u64..).for_each(|(local, value)| local.enter_with(value));
        f()
    })
}
