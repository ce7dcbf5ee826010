//! Envelopes: a message runs as the resource that its sender created.
//!
//! It has the sender's values, and its receiver stays itself.

mod polling;
mod recorder;

use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::mpsc;

use async_hooks_core::{
    AsyncId, AsyncLocal, AsyncResource, Envelope, FutureExt as _, Inherit, create_hook, execution_async_id,
    execution_async_resource, trigger_async_id,
};

use polling::{OnDrop, alone, complete, pause};
use recorder::Recorder;

static USER: AsyncLocal<&str> = AsyncLocal::new();

fn user() -> Option<&'static str> {
    USER.get().as_deref().copied()
}

#[test]
fn a_message_runs_as_its_sender_sent_it() {
    let sender = AsyncResource::new("sender");
    let line = Location::caller().line() + 1;
    let message = sender.run_in_async_scope(|| USER.run("alice", || Envelope::new("message", 7)));
    let resource = message.resource();
    assert_eq!((resource.kind(), resource.location().line()), ("message", line));
    let seen = alone(move || message.run(|number| (number, execution_async_id(), trigger_async_id(), user())));
    assert_eq!(seen, (7, resource.async_id(), Some(sender.async_id()), Some("alice")));
}

#[test]
fn a_call_sends_before_and_after_and_no_resolve() {
    let recorder = Recorder::start();
    let message = Envelope::new("message", ());
    let id = message.resource().async_id();
    message.run(|()| ());
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn a_future_resolves_and_its_creation_is_no_poll() {
    let recorder = Recorder::start();
    let message = Envelope::new("message", ());
    let id = message.resource().async_id();
    complete(message.scope(|()| pause()));
    assert_eq!(recorder.of(id), ["init", "before", "after", "before", "resolve", "after", "destroy"]);
}

#[test]
fn the_future_is_created_and_polled_inside() {
    let message = USER.run("alice", || Envelope::new("message", ()));
    let id = message.resource().async_id();
    let mut created_in = None;
    let handled = message.scope(|()| {
        created_in = Some((execution_async_id(), user()));
        USER.enter_with("bob");
        async { (execution_async_id(), user()) }
    });
    assert_eq!((execution_async_id(), user()), (AsyncId::ROOT, None));
    assert_eq!(complete(handled), (id, Some("bob")), "what the creation sets stays with the message");
    assert_eq!(created_in, Some((id, Some("alice"))));
}

#[test]
fn an_actor_stays_itself_between_messages() {
    let (mailbox, messages) = mpsc::channel::<Envelope<u32>>();
    for (name, number) in [("alice", 1), ("bob", 2)] {
        USER.run(name, || mailbox.send(Envelope::new("message", number)).unwrap());
    }
    drop(mailbox);
    let actor = async move {
        USER.enter_with("actor");
        let mut seen = vec![(0, user(), execution_async_resource().kind())];
        for message in messages {
            let handled = message.scope(|number| async move {
                pause().await;
                (number, user(), execution_async_resource().kind())
            });
            seen.push(handled.await);
            seen.push((0, user(), execution_async_resource().kind()));
        }
        seen
    };
    let between = (0, Some("actor"), "actor");
    let seen = complete(actor.in_async_resource("actor"));
    assert_eq!(seen, [between, (1, Some("alice"), "message"), between, (2, Some("bob"), "message"), between]);
}

#[test]
fn an_envelope_dropped_unread_drops_its_value_inside_and_is_destroyed() {
    let recorder = Recorder::start();
    let dropped_in = Mutex::new(None);
    let value = OnDrop(|| *dropped_in.lock().unwrap() = Some((execution_async_id(), user())));
    let message = USER.run("alice", || Envelope::new("message", value));
    let id = message.resource().async_id();
    drop(message);
    assert_eq!(*dropped_in.lock().unwrap(), Some((id, Some("alice"))));
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn an_envelope_whose_value_panics_in_its_drop_leaves_the_thread_as_it_was_and_is_destroyed() {
    let recorder = Recorder::start();
    let message = USER.run("alice", || Envelope::new("message", OnDrop(|| panic!("drop"))));
    let id = message.resource().async_id();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(message))).is_err());
    assert_eq!((execution_async_id(), user()), (AsyncId::ROOT, None));
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn a_future_dropped_half_way_is_destroyed_without_resolve() {
    let recorder = Recorder::start();
    let mut handled = Box::pin(Envelope::new("message", ()).scope(|()| std::future::pending::<()>()));
    let id = handled.resource().async_id();
    assert!(polling::poll(handled.as_mut()).is_pending());
    drop(handled);
    assert_eq!(recorder.of(id), ["init", "before", "after", "destroy"]);
}

#[test]
fn taking_the_value_out_destroys_the_resource_without_resolve() {
    let recorder = Recorder::start();
    let message = Envelope::new("message", 7);
    let id = message.resource().async_id();
    assert_eq!(message.into_inner(), 7);
    assert_eq!(recorder.of(id), ["init", "destroy"]);
}

#[test]
fn a_message_is_what_a_spawn_is_for_inheritance() {
    static TRANSACTION: AsyncLocal<&str> = AsyncLocal::new().inherit(Inherit::Barrier);
    static DEPTH: AsyncLocal<u32> = AsyncLocal::new().inherit(Inherit::Fork(|depth| depth + 1));
    let message = TRANSACTION.run("open", || DEPTH.run(1_u32, || Envelope::new("message", ())));
    assert_eq!(message.run(|()| (TRANSACTION.get(), DEPTH.get().as_deref().copied())), (None, Some(2)));
}

#[test]
fn a_handler_that_panics_leaves_the_receiver_as_it_was() {
    let recorder = Recorder::start();
    let (called, created) = (Envelope::new("message", ()), Envelope::new("message", ()));
    let (called_id, created_id) = (called.resource().async_id(), created.resource().async_id());
    let creation = || drop(created.scope(|()| -> std::future::Ready<()> { panic!("handler") }));
    assert!(catch_unwind(AssertUnwindSafe(|| called.run(|()| panic!("handler")))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(creation)).is_err());
    assert_eq!((execution_async_id(), user()), (AsyncId::ROOT, None));
    assert_eq!(recorder.of(called_id), ["init", "before", "after", "destroy"]);
    assert_eq!(recorder.of(created_id), ["init", "destroy"]);
}

#[test]
fn an_envelope_is_opened_inside_a_hook_without_events() {
    let recorder = Recorder::start();
    let message = Mutex::new(Some(USER.run("alice", || Envelope::new("message", ()))));
    let id = message.lock().unwrap().as_ref().unwrap().resource().async_id();
    let (seen, results) = mpsc::channel();
    let hook = create_hook().init(move |resource| {
        if resource.kind() == "opens an envelope" {
            let message = message.lock().unwrap().take().unwrap();
            seen.send(message.run(|()| (execution_async_id(), user()))).unwrap();
        }
    });
    let _enabled = hook.build().enable_scoped();
    drop(AsyncResource::new("opens an envelope"));
    assert_eq!(results.recv().unwrap(), (id, Some("alice")));
    assert_eq!(recorder.of(id), ["init", "destroy"], "a hook's own calls send nothing but the destroy that maps need");
}

#[test]
fn an_envelope_is_send_and_sync_as_its_value_is() {
    fn is_send_and_sync<T: Send + Sync>(_: &T) {}
    is_send_and_sync(&Envelope::new("message", 7));
    let stays_here = Envelope::new("message", Rc::new(7));
    assert_eq!(*stays_here.into_inner(), 7);
}

#[test]
fn debug_output_names_the_resource_and_hides_the_value() {
    let text = format!("{:?}", Envelope::new("message", "secret"));
    assert!(text.contains("message") && !text.contains("secret"), "{text}");
}
