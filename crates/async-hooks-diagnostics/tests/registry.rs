//! What is alive, as a registry lists it.

mod turns;

use std::thread;
use std::time::Duration;

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource};
use async_hooks_diagnostics::{LiveResource, Registry, Report as _};
use turns::turn;

fn enabled() -> Registry {
    let registry = Registry::new();
    registry.enable();
    registry
}

fn only(registry: &Registry) -> LiveResource {
    let [live] = &registry.live()[..] else { panic!("not one: {}", registry.tree()) };
    live.clone()
}

#[test]
fn what_was_created_and_not_destroyed_is_listed() {
    let _turn = turn();
    let registry = enabled();
    let (kept, dropped) = (AsyncResource::new("kept"), AsyncResource::new("dropped"));
    assert_eq!(registry.len(), 2);
    drop(dropped);
    assert_eq!(only(&registry).resource(), kept.resource());
    drop(kept);
    assert!(registry.is_empty() && registry.live().is_empty());
}

#[test]
fn a_registry_knows_nothing_of_before_it_was_enabled() {
    let _turn = turn();
    let first = enabled();
    let _seen_by_one = AsyncResource::new("early");
    let second = enabled();
    let _seen_by_both = AsyncResource::new("late");
    assert_eq!((first.len(), second.len()), (2, 1));
    assert_eq!(only(&second).resource().kind(), "late");
}

#[test]
fn a_disabled_registry_is_empty_and_begins_again() {
    let _turn = turn();
    let registry = enabled();
    let _forgotten = AsyncResource::new("forgotten");
    assert_eq!(registry.disable().len(), 0);
    let _not_heard_of = AsyncResource::new("not heard of");
    assert_eq!(registry.enable().len(), 0);
}

#[test]
fn the_last_handle_disables() {
    let _turn = turn();
    let registry = enabled();
    let handle = registry.clone();
    drop(registry);
    let kept = AsyncResource::new("kept");
    assert!(handle.is_enabled());
    assert_eq!(only(&handle).resource(), kept.resource());
    drop(handle);
    assert!(!enabled().live().iter().any(|live| live.resource() == kept.resource()));
}

#[test]
fn polls_and_time_are_counted() {
    let _turn = turn();
    let registry = enabled();
    let query = AsyncResource::new("query");
    let before = only(&registry);
    assert_eq!((before.polls(), before.busy(), before.last_polled_ago()), (0, Duration::ZERO, None));

    query.run_in_async_scope(|| {
        let inside = only(&registry);
        assert!(inside.is_executing());
        assert_eq!(inside.polls(), 1);
    });
    query.run_in_async_scope(|| ());
    let after = only(&registry);
    assert_eq!((after.polls(), after.is_executing()), (2, false));
    assert!(Duration::ZERO < after.busy() && after.busy() < after.age());
    assert!(after.last_polled_ago().is_some_and(|ago| ago < after.age()));
}

#[test]
fn nested_scopes_and_scopes_on_other_threads_are_distinguished() {
    let _turn = turn();
    let registry = enabled();
    let (outer, inner) = (AsyncResource::new("outer"), AsyncResource::new("inner"));
    let executing = || {
        let live = registry.live();
        live.iter().filter(|live| live.is_executing()).map(|live| live.resource().kind()).collect::<Vec<_>>()
    };
    outer.run_in_async_scope(|| {
        inner.run_in_async_scope(|| {
            outer.run_in_async_scope(|| assert_eq!(executing(), ["outer", "inner"]));
            thread::scope(|scope| drop(scope.spawn(|| inner.run_in_async_scope(|| ())).join()));
            assert_eq!(executing(), ["outer", "inner"]);
        });
        assert_eq!(executing(), ["outer"]);
    });
    assert!(executing().is_empty());
    assert_eq!(registry.get(inner.async_id()).unwrap().polls(), 2);
    assert_eq!(registry.get(outer.async_id()).unwrap().polls(), 2);
}

#[test]
fn a_resource_destroyed_in_its_own_scope_is_gone_and_confuses_no_other() {
    let _turn = turn();
    let registry = enabled();
    let (other, ended) = (AsyncResource::new("other"), AsyncResource::new("ended"));
    for _ in 0..3 {
        ended.run_in_async_scope(|| ended.emit_destroy());
    }
    other.run_in_async_scope(|| ());
    let live = only(&registry);
    assert_eq!((live.resource(), live.polls(), live.is_executing()), (other.resource(), 1, false));
}

#[test]
fn what_came_before_the_registry_is_ignored_and_counted() {
    let _turn = turn();
    let early = AsyncResource::new("early");
    let registry = enabled();
    let unknown = registry.unknown_events();
    let _child = early.run_in_async_scope(|| AsyncResource::new("child"));
    drop(early);
    assert!(registry.unknown_events() > unknown);
    let child = only(&registry);
    assert_eq!(child.resource().kind(), "child");
    assert_eq!(child.trigger().map(|trigger| trigger.kind()), Some("early"), "its creator told who it is");
    assert!(!child.is_orphan(), "nobody can know");
}

#[test]
fn a_tree_shows_each_resource_below_its_trigger() {
    let _turn = turn();
    let registry = enabled();
    let request = AsyncResource::new("request");
    let (query, timer) = request.run_in_async_scope(|| (AsyncResource::new("query"), AsyncResource::new("timer")));
    let row = query.run_in_async_scope(|| AsyncResource::new("row"));
    let tree = registry.tree().to_string();
    let drawn: Vec<&str> = tree.lines().collect();
    let begins = [
        "4 alive: 1 query, 1 request, 1 row, 1 timer".to_owned(),
        String::new(),
        "root 1".to_owned(),
        format!("└─ request {}  ", request.async_id()),
        format!("   ├─ query {}  ", query.async_id()),
        format!("   │  └─ row {}  ", row.async_id()),
        format!("   └─ timer {}  ", timer.async_id()),
    ];
    assert_eq!(drawn.len(), begins.len(), "{tree}");
    for (line, begin) in drawn.iter().zip(&begins) {
        assert!(line.starts_with(begin.as_str()), "{line:?} does not begin with {begin:?} in\n{tree}");
    }
    assert!(tree.contains("tests/registry.rs:"), "{tree}");
    assert!(!tree.contains('\u{1b}') && registry.tree().ansi(true).to_string().contains('\u{1b}'), "{tree}");
}

#[test]
fn an_orphan_stands_below_the_name_of_what_is_gone() {
    let _turn = turn();
    let registry = enabled();
    let request = AsyncResource::new("request");
    let id = request.async_id();
    let _orphan = request.run_in_async_scope(|| AsyncResource::new("orphan"));
    drop(request);
    let tree = registry.tree().to_string();
    assert!(tree.contains(&format!("\nrequest {id}, gone  ")) && tree.contains("\n└─ orphan "), "{tree}");
    assert!(only(&registry).is_orphan());
}

#[test]
fn explicit_triggers_in_a_circle_or_to_nothing_are_drawn_once() {
    let _turn = turn();
    let registry = enabled();
    let id = |number| AsyncId::from_u64(number).unwrap();
    let first = AsyncResource::new("first");
    // Ids of one thread follow one another but for the end of a block, where the circle is none; it is drawn all the same.
    let next = first.async_id().as_u64() + 1;
    let _itself = AsyncResource::builder("itself").trigger_async_id(id(next)).build();
    let _one = AsyncResource::builder("one").trigger_async_id(id(next + 2)).build();
    let _other = AsyncResource::builder("other").trigger_async_id(id(next + 1)).build();
    let _nobody = AsyncResource::builder("nobody's").trigger_async_id(id(u64::MAX)).build();
    let tree = registry.tree().to_string();
    for kind in ["first", "itself", "one", "other", "nobody's"] {
        assert_eq!(tree.matches(&format!("─ {kind} ")).count(), 1, "{kind} in\n{tree}");
    }
    assert!(tree.contains(&format!("{}, of which nothing is known", u64::MAX)), "{tree}");
}

#[test]
fn a_label_is_asked_in_the_creator_and_shown_while_the_resource_lives() {
    let _turn = turn();
    static PATH: AsyncLocal<&str> = AsyncLocal::new();
    let registry = Registry::new().label_with(|| PATH.get());
    registry.enable();
    let unlabelled = enabled();
    let request = PATH.run("/orders", || AsyncResource::new("request"));
    let live = only(&registry);
    assert_eq!((live.label(), live.resource()), (Some("/orders"), request.resource()));
    assert!(registry.tree().to_string().trim_end().ends_with("never polled  /orders"), "{}", registry.tree());
    assert_eq!(only(&unlabelled).label(), None);
}
