//! An open scope costs others no allocation.
//!
//! In a file of its own, because scopes of other tests change the list of hooks.

use std::future::{Future, pending};
use std::pin::pin;
use std::task::{Context, Waker};

use allocation_counter::measure;
use async_hooks_core::{AsyncResource, FutureExt as _, create_hook};

#[test]
fn a_poll_outside_an_open_scope_allocates_nothing() {
    let hook = create_hook().before(|_| ()).after(|_| ()).build();
    let job = hook.run(|| AsyncResource::new("job"));
    let mut other = pin!(pending::<()>().in_async_resource("other"));
    let mut poll = || assert!(other.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    poll();
    assert_eq!(measure(&mut poll).count_total, 0);
    job.run_in_async_scope(|| ());
    assert_eq!(measure(|| job.run_in_async_scope(|| ())).count_total, 0, "nor does an event in the scope");
}
