//! A scope ends with its last descendant.
//!
//! In a file of its own, because threads of other tests may hold copies of the hooks.

use std::sync::Arc;

use async_hooks_core::{AsyncHook, AsyncResource, Hook};

/// A hook whose life can be seen.
struct Counted(#[allow(dead_code, reason = "its references are counted")] Arc<()>);

impl Hook for Counted {}

#[test]
fn a_scope_frees_its_hook_when_its_last_descendant_has_ended() {
    let alive = Arc::new(());
    let hook = AsyncHook::new(Counted(Arc::clone(&alive)));
    let manual = || AsyncResource::builder("manual").manual_destroy().build();
    let (job, ended, abandoned) = hook.run(|| (AsyncResource::new("job"), manual(), manual()));
    drop(hook);
    assert_eq!(Arc::strong_count(&alive), 2, "its descendants are alive");
    assert!(ended.emit_destroy());
    drop((job, ended));
    assert_eq!(Arc::strong_count(&alive), 2, "one descendant is alive");
    // Its destroy is never sent: nobody called `emit_destroy`.
    drop(abandoned);
    assert_eq!(Arc::strong_count(&alive), 1);
}
