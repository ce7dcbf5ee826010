//! An emitter whose listeners run in the emitter's own resource.
//!
//! They see the values of the place where the emitter was created, not of the code that happens to emit. A connection
//! is opened for one user, and its events arrive while the program works for another.
//!
//! ```text
//! called    for bob     executing: "root"
//! data      for alice   executing: "connection"
//! close     for alice   executing: "connection"
//! ```
//!
//! Node: `EventEmitterAsyncResource`.

use std::cell::RefCell;
use std::rc::Rc;

use async_hooks::prelude::*;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

type Listener<E> = Box<dyn Fn(&E)>;

struct EventEmitter<E> {
    resource: AsyncResource,
    listeners: Vec<Listener<E>>,
}

impl<E> EventEmitter<E> {
    #[track_caller]
    fn new(kind: &'static str) -> Self {
        EventEmitter { resource: AsyncResource::new(kind), listeners: Vec::new() }
    }

    fn on(&mut self, listener: impl Fn(&E) + 'static) {
        self.listeners.push(Box::new(listener));
    }

    fn emit(&self, event: &E) {
        self.resource.run_in_async_scope(|| self.listeners.iter().for_each(|listener| listener(event)));
    }
}

fn main() {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let listener = {
        let heard = Rc::clone(&heard);
        move |event: &&'static str| {
            let user = USER.with(|user| user.copied()).unwrap_or("-");
            println!("{event:<10}for {user:<8}executing: {:?}", execution_async_resource().kind());
            heard.borrow_mut().push((*event, user, execution_async_id()));
        }
    };

    let mut connection = USER.run("alice", || EventEmitter::new("connection"));
    connection.on(listener.clone());

    USER.run("bob", || {
        listener(&"called"); // A plain call runs for the caller …
        connection.emit(&"data"); // … an event for whom the emitter was made.
    });
    connection.emit(&"close");

    let id = connection.resource.async_id();
    assert_eq!(*heard.borrow(), [("called", "bob", AsyncId::ROOT), ("data", "alice", id), ("close", "alice", id)]);
}
