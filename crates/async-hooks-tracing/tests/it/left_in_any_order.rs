//! Spans and values on top of them, left in any order: the rest stays entered.

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, Snapshot, execution_async_id};
use async_hooks_tracing::SpanExt as _;
use tracing::info_span;
use tracing::span::EnteredSpan;

use crate::with_layer;

static USER: AsyncLocal<&str> = AsyncLocal::new();
static TENANT: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.with(|user| user.copied())
}

fn tenant() -> Option<&'static str> {
    TENANT.with(|tenant| tenant.copied())
}

/// Each order of three.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

const USERS: [&str; 3] = ["alice", "bob", "carol"];

/// Spans that are entered one in the other, each with a value.
struct Entered {
    spans: Vec<Option<EnteredSpan>>,
    ids: Vec<AsyncId>,
}

impl Entered {
    fn none() -> Self {
        Entered { spans: Vec::new(), ids: Vec::new() }
    }

    fn enter(&mut self) {
        let span = USER.run(USERS[self.spans.len()], || info_span!("request"));
        self.ids.extend(span.async_id());
        self.spans.push(Some(span.entered()));
    }

    /// What the thread shows while the first `count` are entered; with none, what is below.
    fn expected(&self, count: usize, below: (AsyncId, Option<&'static str>)) -> (AsyncId, Option<&'static str>) {
        let last = (0..count).rfind(|at| self.spans[*at].is_some());
        last.map_or(below, |at| (self.ids[at], Some(USERS[at])))
    }
}

fn thread() -> (AsyncId, Option<&'static str>) {
    (execution_async_id(), user())
}

const CLEAN: (AsyncId, Option<&str>) = (AsyncId::ROOT, None);

/// For each order, and for each number of spans that are left inside.
fn for_each_way_out(check: impl Fn(&[usize], &[usize])) {
    for order in ORDERS {
        for inside in 0..=order.len() {
            let (inside, outside) = order.split_at(inside);
            with_layer(|| check(inside, outside));
        }
    }
}

#[test]
fn spans_left_in_any_order_leave_the_innermost_that_is_still_entered() {
    for_each_way_out(|first, then| {
        let mut entered = Entered::none();
        (0..3).for_each(|_| entered.enter());
        for at in [first, then].concat() {
            entered.spans[at] = None;
            assert_eq!(thread(), entered.expected(3, CLEAN));
        }
    });
}

#[test]
fn a_scope_leaves_the_innermost_span_around_it_that_was_not_left_inside() {
    for_each_way_out(|inside, outside| {
        let mut entered = Entered::none();
        entered.enter();
        entered.enter();
        let resource = AsyncResource::new("scope");
        let own = (resource.async_id(), Some("bob"));
        resource.run_in_async_scope(|| {
            assert_eq!(thread(), own);
            entered.enter();
            for at in inside {
                entered.spans[*at] = None;
                let is_left = entered.spans[2].is_none();
                assert_eq!(thread(), if is_left { own } else { (entered.ids[2], Some("carol")) });
            }
        });
        // What was entered inside ends with the scope, left or not.
        assert_eq!(thread(), entered.expected(2, CLEAN));
        for at in outside {
            entered.spans[*at] = None;
            assert_eq!(thread(), entered.expected(2, CLEAN));
        }
    });
}

#[test]
fn the_call_of_a_snapshot_leaves_values_as_they_are_outside_and_ids_of_what_is_still_entered() {
    for_each_way_out(|inside, outside| {
        let mut entered = Entered::none();
        entered.enter();
        entered.enter();
        Snapshot::current().run(|| {
            entered.enter();
            for at in inside {
                entered.spans[*at] = None;
                let values = if entered.spans[2].is_none() { Some("bob") } else { Some("carol") };
                assert_eq!(thread(), (entered.expected(3, CLEAN).0, values));
            }
        });
        let expected = |entered: &Entered| (entered.expected(3, CLEAN).0, entered.expected(2, CLEAN).1);
        assert_eq!(thread(), expected(&entered));
        for at in outside {
            entered.spans[*at] = None;
            assert_eq!(thread(), expected(&entered));
        }
    });
}

#[test]
fn a_value_set_for_a_call_stays_set_when_the_span_around_the_call_is_left_inside_it() {
    with_layer(|| {
        let entered = USER.run("alice", || info_span!("request")).entered();
        USER.run("bob", || {
            drop(entered);
            assert_eq!(thread(), (AsyncId::ROOT, Some("bob")));
        });
        assert_eq!(thread(), CLEAN);
    });
}

#[test]
fn a_local_exited_for_a_call_stays_exited_when_the_span_around_the_call_is_left_inside_it() {
    with_layer(|| {
        let entered = USER.run("alice", || info_span!("request")).entered();
        USER.exit(|| {
            drop(entered);
            assert_eq!(user(), None);
            USER.run("bob", || assert_eq!(user(), Some("bob")));
            assert_eq!(user(), None);
        });
        assert_eq!(thread(), CLEAN);
    });
}

#[test]
fn values_set_for_calls_one_in_the_other_end_in_their_order_when_the_span_around_them_is_left() {
    with_layer(|| {
        let entered = USER.run("alice", || info_span!("request")).entered();
        let both = || (user(), tenant());
        USER.run("bob", || {
            TENANT.run("acme", || {
                USER.run("carol", || {
                    drop(entered);
                    assert_eq!(both(), (Some("carol"), Some("acme")));
                });
                assert_eq!(both(), (Some("bob"), Some("acme")));
            });
            assert_eq!(both(), (Some("bob"), None));
        });
        assert_eq!(both(), (None, None));
    });
}

#[test]
fn a_value_set_for_a_call_stays_set_when_the_outer_of_two_spans_around_it_is_left() {
    with_layer(|| {
        let outer = USER.run("alice", || info_span!("outer")).entered();
        let inner = USER.run("bob", || TENANT.run("acme", || info_span!("inner"))).entered();
        USER.run("carol", || {
            drop(outer);
            assert_eq!((user(), tenant()), (Some("carol"), Some("acme")));
        });
        assert_eq!((user(), tenant()), (Some("bob"), Some("acme")));
        drop(inner);
        assert_eq!(thread(), CLEAN);
    });
}

#[test]
fn a_value_set_between_two_spans_ends_in_the_inner_one_that_took_it_along() {
    with_layer(|| {
        let outer = USER.run("alice", || info_span!("outer")).entered();
        let made = USER.run("bob", || TENANT.run("acme", || info_span!("inner")));
        let inner = USER.run("carol", || {
            let inner = made.entered();
            assert_eq!(user(), Some("carol"), "set by what executes, so it stays on top");
            inner
        });
        assert_eq!((user(), tenant()), (Some("bob"), Some("acme")));
        drop(outer);
        assert_eq!((user(), tenant()), (Some("bob"), Some("acme")));
        drop(inner);
        assert_eq!(thread(), CLEAN);
    });
}

#[test]
fn a_call_in_a_resource_keeps_its_value_when_the_span_around_the_call_is_left_inside_it() {
    with_layer(|| {
        let request = USER.run("alice", || info_span!("request"));
        let resource = TENANT.run("acme", || AsyncResource::new("job"));
        resource.run_in_async_scope(|| {
            let entered = request.entered();
            assert_eq!((user(), tenant()), (Some("alice"), None), "what the job was created with gives way");
            USER.run("bob", || {
                drop(entered);
                assert_eq!((user(), tenant()), (Some("bob"), Some("acme")));
                assert_eq!(execution_async_id(), resource.async_id());
            });
            assert_eq!((user(), tenant()), (None, Some("acme")));
        });
        assert_eq!(thread(), CLEAN);
    });
}
