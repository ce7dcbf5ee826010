//! `AsyncLocal` where nothing waits: what is set, for how long, and for whom.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use async_hooks::tokio::spawn;
use async_hooks::{bind, prelude::*};
use tokio::sync::oneshot;

use crate::runtimes::{elapse, on_each_runtime};

#[derive(Debug, PartialEq)]
struct Store {
    user: &'static str,
}

// N140
#[test]
fn any_type_is_a_store_and_is_seen_only_inside() {
    let text: AsyncLocal<&str> = AsyncLocal::new();
    assert_eq!(text.run("hello", || text.get()).as_deref(), Some(&"hello"));
    assert_eq!(text.get(), None);

    let number: AsyncLocal<u32> = AsyncLocal::new();
    assert_eq!(number.run(0, || number.get()).as_deref(), Some(&0));
    assert_eq!(number.get(), None);

    let store: AsyncLocal<Store> = AsyncLocal::new();
    assert_eq!(store.run(Store { user: "alice" }, || store.get()).as_deref(), Some(&Store { user: "alice" }));
    assert_eq!(store.get(), None);

    let shared = Arc::new(Store { user: "bob" });
    let seen = store.run(Arc::clone(&shared), || store.get()).unwrap();
    assert!(Arc::ptr_eq(&shared, &seen));
    assert!(store.run(Arc::clone(&shared), || store.with(|seen| std::ptr::eq(seen.unwrap(), &*shared))));
    assert_eq!(store.get(), None);
}

// N141
#[test]
fn run_and_exit_pass_arguments_in_and_results_out() {
    static NUMBER: AsyncLocal<u32> = AsyncLocal::new();
    let number = || NUMBER.get().as_deref().copied();
    let (ran, exited) = (String::from("ran"), String::from("exited"));
    let outcome = NUMBER.run(1, move || (ran, number(), NUMBER.exit(move || (exited, number()))));
    assert_eq!(outcome, ("ran".into(), Some(1), ("exited".into(), None)));
}

// N142
#[test]
fn runs_and_exits_nest_and_each_puts_back_what_was_before() {
    let local = AsyncLocal::new();
    let seen = || local.get().as_deref().copied();
    local.run("outer", || {
        assert_eq!(seen(), Some("outer"));
        local.run("inner", || assert_eq!(seen(), Some("inner")));
        assert_eq!(seen(), Some("outer"));
        local.exit(|| assert_eq!(seen(), None));
        assert_eq!(seen(), Some("outer"));
    });
    assert_eq!(seen(), None);
}

// N143
#[test]
fn a_panic_puts_the_value_back_and_leaves_what_was_spawned_before_it_alone() {
    static USER: AsyncLocal<&str> = AsyncLocal::new();
    on_each_runtime(|| async {
        USER.scope("outer", async {
            let mut task = None;
            let panicking = || {
                task = Some(spawn(async {
                    elapse(10).await;
                    USER.get()
                }));
                resume_unwind(Box::new("deliberate"))
            };
            let outcome: Result<(), _> = catch_unwind(AssertUnwindSafe(|| USER.run("inner", panicking)));
            assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"deliberate"));
            assert_eq!(USER.get().as_deref(), Some(&"outer"));
            assert_eq!(task.unwrap().await.unwrap().as_deref(), Some(&"inner"));
            assert_eq!(USER.get().as_deref(), Some(&"outer"));
        })
        .await;
        assert_eq!(USER.get(), None);
    });
}

// N144
#[test]
fn what_is_entered_inside_the_run_of_another_local_outlives_that_run() {
    let (first, second) = (AsyncLocal::new(), AsyncLocal::new());
    let seen = || (first.get().as_deref().copied(), second.get().as_deref().copied());
    AsyncResource::new("request").run_in_async_scope(|| {
        first.run(1, || {
            second.run("a", || assert_eq!(seen(), (Some(1), Some("a"))));
            assert_eq!(seen(), (Some(1), None));
            second.enter_with("b");
            assert_eq!(seen(), (Some(1), Some("b")));
        });
        assert_eq!(seen(), (None, Some("b")));
    });
    assert_eq!(seen(), (None, None));
}

// N145
#[test]
fn disabling_one_of_three_locals_leaves_the_others_at_every_level() {
    let locals: [AsyncLocal<u32>; 3] = [const { AsyncLocal::new() }; 3];
    let seen = || locals.each_ref().map(|local| local.with(|value| value.copied()));
    let run = |values: [u32; 3], f: &dyn Fn()| {
        locals[0].run(values[0], || locals[1].run(values[1], || locals[2].run(values[2], f)));
    };
    run([1, 2, 3], &|| {
        run([4, 5, 6], &|| {
            assert_eq!(seen(), [Some(4), Some(5), Some(6)]);
            locals[1].disable();
            assert_eq!(seen(), [Some(4), None, Some(6)]);
            locals[2].exit(|| assert_eq!(seen(), [Some(4), None, None]));
        });
        assert_eq!(seen(), [Some(1), None, Some(3)]);
    });
    assert_eq!(seen(), [None; 3]);
}

// N146
#[test]
fn exit_hides_only_its_own_local_from_a_later_callback() {
    static FIRST: AsyncLocal<&str> = AsyncLocal::new();
    static SECOND: AsyncLocal<&str> = AsyncLocal::new();
    let later = || {
        spawn(async {
            elapse(200).await;
            (FIRST.get().as_deref().copied(), SECOND.get().as_deref().copied())
        })
    };
    on_each_runtime(|| async {
        let (exited, whole) = FIRST.run("first", || SECOND.run("second", || (FIRST.exit(later), later())));
        assert_eq!(exited.await.unwrap(), (None, Some("second")));
        assert_eq!(whole.await.unwrap(), (Some("first"), Some("second")));
    });
}

// N147
#[test]
fn runs_nest_a_thousand_deep_and_each_level_sees_its_own_value() {
    let local = AsyncLocal::new();
    let seen = || local.with(|value| value.copied());
    let deepest = Cell::new(0);
    nest(&local, 1000, &|level| {
        assert_eq!(seen(), Some(level));
        deepest.set(deepest.get().max(level));
    });
    assert_eq!((deepest.get(), seen()), (1000, None));
}

/// Calls `see` at each level on the way in, and once more on the way out.
fn nest(local: &AsyncLocal<u32>, levels: u32, see: &dyn Fn(u32)) {
    let level = local.with(|value| value.map_or(1, |value| value + 1));
    local.run(level, || {
        see(level);
        if levels > 1 {
            nest(local, levels - 1, see);
        }
        see(level);
    });
}

// N147
#[test]
fn unwinding_through_a_thousand_runs_puts_back_what_was_before() {
    let local = AsyncLocal::new();
    let panicking = |level| {
        if level == 1000 {
            resume_unwind(Box::new("deepest"));
        }
    };
    assert!(catch_unwind(AssertUnwindSafe(|| nest(&local, 1000, &panicking))).is_err());
    assert_eq!(local.get(), None);
}

// N149
#[test]
fn a_disabled_local_is_unset_until_it_is_run_again() {
    on_each_runtime(|| async {
        let local = Arc::new(AsyncLocal::new());
        let inside = Arc::clone(&local);
        let task = local.run("old", || spawn(async move { disable_and_run_again(&inside).await }));
        task.await.unwrap();
        assert_eq!(local.get(), None);
    });
}

async fn disable_and_run_again(local: &Arc<AsyncLocal<&'static str>>) {
    let seen = || local.get().as_deref().copied();
    assert_eq!(seen(), Some("old"));
    local.disable();
    assert_eq!(seen(), None);
    local.exit(|| assert_eq!(seen(), None));
    assert_eq!(seen(), None);
    elapse(1).await;
    assert_eq!(seen(), None);

    let childs = Arc::clone(local);
    let child = local.run("new", || {
        assert_eq!(seen(), Some("new"));
        spawn(async move { childs.get() })
    });
    assert_eq!(child.await.unwrap().as_deref(), Some(&"new"));
    assert_eq!(seen(), None);
}

// N149
#[test]
fn an_old_value_does_not_come_back_when_a_disabled_local_is_used_again() {
    let local = AsyncLocal::new();
    let old = local.run("old", || AsyncResource::new("old"));
    local.disable();
    local.run("new", || {
        assert_eq!(old.run_in_async_scope(|| local.get()), None);
        assert_eq!(local.get().as_deref(), Some(&"new"));
    });
}

// N151
#[test]
fn what_a_task_enters_stays_over_its_awaits_and_reaches_its_children_but_no_sibling() {
    static USER: AsyncLocal<&str> = AsyncLocal::new();
    on_each_runtime(|| async {
        let (entered, wait) = oneshot::channel();
        let first = spawn(async move {
            USER.enter_with("first");
            elapse(1).await;
            entered.send(()).unwrap();
            elapse(1).await;
            let child = spawn(async { USER.get() }).await.unwrap();
            (USER.get(), child)
        });
        let second = spawn(async move {
            wait.await.unwrap();
            USER.get()
        });
        let (own, childs) = first.await.unwrap();
        assert_eq!((own.as_deref(), childs.as_deref()), (Some(&"first"), Some(&"first")));
        assert_eq!(second.await.unwrap(), None);
        assert_eq!(USER.get(), None);
    });
}

// N153
#[test]
fn a_local_has_a_name_that_debug_output_shows() {
    let unnamed: AsyncLocal<u32> = AsyncLocal::new();
    assert_eq!(unnamed.name(), "");
    let named: AsyncLocal<u32> = AsyncLocal::with_default(|| 1).named("request id");
    assert_eq!(named.name(), "request id");
    assert!(format!("{named:?}").contains("\"request id\""), "{named:?}");
}

// N157
#[test]
fn nothing_holds_a_value_once_its_scopes_have_ended() {
    on_each_runtime(|| async {
        let (value, local) = (Arc::new("value"), Arc::new(AsyncLocal::<&str>::new()));
        local.run(Arc::clone(&value), || local.run(Arc::clone(&value), || drop(local.get())));
        drop(local.enter(Arc::clone(&value)));
        local.scope(Arc::clone(&value), elapse(1)).await;
        let (entering, entered) = (Arc::clone(&local), Arc::clone(&value));
        let task = async move {
            entering.enter_with(entered);
            elapse(1).await;
            drop(spawn(elapse(1)).await);
        };
        local.run(Arc::clone(&value), || spawn(task)).await.unwrap();
        drop(local.run(Arc::clone(&value), || (Snapshot::current(), AsyncResource::new("job"), bind(|()| ()))));
        drop(local.run(Arc::clone(&value), || async {}.in_async_resource("unpolled")));
        assert_eq!(Arc::strong_count(&value), 1);
        // The task's own handle to the local is gone with the task.
        assert_eq!(Arc::strong_count(&local), 1);
    });
}

// N157
#[test]
fn a_dropped_local_leaves_its_value_to_those_that_captured_it_and_no_longer() {
    let (value, local) = (Arc::new("value"), AsyncLocal::<&str>::new());
    let job = local.run(Arc::clone(&value), || AsyncResource::new("job"));
    drop(local);
    assert_eq!(Arc::strong_count(&value), 2);
    drop(job);
    assert_eq!(Arc::strong_count(&value), 1);
}
