//! A guard entered inside a span with values sets its local until it is dropped.

use async_hooks_core::AsyncLocal;
use tracing::info_span;

use crate::with_layer;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<&str> = AsyncLocal::new();

fn both() -> (Option<&'static str>, Option<&'static str>) {
    let value = |local: &AsyncLocal<&'static str>| local.with(|value| value.copied());
    (value(&USER), value(&TENANT))
}

#[test]
fn a_guard_entered_in_a_span_stays_set_when_the_span_is_left() {
    with_layer(|| {
        let entered = USER.run("alice", || info_span!("request")).entered();
        let guard = USER.enter("bob");
        drop(entered);
        assert_eq!(both(), (Some("bob"), None));
        drop(guard);
        assert_eq!(both(), (None, None));
    });
}

#[test]
fn a_guard_of_another_local_stays_set_when_the_span_is_left() {
    with_layer(|| {
        let entered = USER.run("alice", || info_span!("request")).entered();
        let guard = TENANT.enter("acme");
        drop(entered);
        assert_eq!(both(), (None, Some("acme")));
        drop(guard);
        assert_eq!(both(), (None, None));
    });
}
