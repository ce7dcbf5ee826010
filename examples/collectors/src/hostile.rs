//! Resources whose kinds no program should have.

use std::sync::atomic::{AtomicU64, Ordering};

use async_hooks::AsyncResource;

/// Ten lines, each of which has a kind of its own for every call.
///
/// Their letters break formats.
pub(crate) async fn hostile() -> &'static str {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let kind = |line: u32| -> &'static str {
        Box::leak(format!("{call}.{line}\"}} 1\n# TYPE x y\n{{\\\u{202e}\u{0}{}", "x".repeat(2_000)).into_boxed_str())
    };
    drop([
        AsyncResource::new(kind(0)),
        AsyncResource::new(kind(1)),
        AsyncResource::new(kind(2)),
        AsyncResource::new(kind(3)),
        AsyncResource::new(kind(4)),
        AsyncResource::new(kind(5)),
        AsyncResource::new(kind(6)),
        AsyncResource::new(kind(7)),
        AsyncResource::new(kind(8)),
        AsyncResource::new(kind(9)),
    ]);
    "done"
}
