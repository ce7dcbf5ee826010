//! Two ways to bring a context to where it would not go by itself.
//!
//! `bind` makes one callback a resource of its own, with ids and values; a `Snapshot` holds the values alone, for any
//! number of closures, callbacks and futures.
//!
//! ```text
//!                             user    tenant  executing
//! in the request              alice   acme    request
//! another thread              -       -       root
//! a bound callback            alice   acme    bound-fn
//! a closure in the snapshot   alice   acme    root
//! …
//! ```
//!
//! Node: `AsyncResource.bind(fn)` and `AsyncLocalStorage.snapshot()`.

use std::thread;

use async_hooks::{bind, prelude::*};

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");
static TENANT: AsyncLocal<&str> = AsyncLocal::new().named("tenant");

#[derive(Debug, PartialEq)]
struct Seen {
    user: Option<&'static str>,
    tenant: Option<&'static str>,
    kind: &'static str,
}

fn look(place: &str) -> Seen {
    let (user, tenant) = (USER.with(|user| user.copied()), TENANT.with(|tenant| tenant.copied()));
    let kind = execution_async_resource().kind();
    println!("{place:<28}{:<8}{:<8}{kind}", user.unwrap_or("-"), tenant.unwrap_or("-"));
    Seen { user, tenant, kind }
}

fn main() {
    println!("{:<28}{:<8}{:<8}executing", "", "user", "tenant");

    let request = AsyncResource::new("request");
    let (bound, snapshot) = request.run_in_async_scope(|| {
        USER.enter_with("alice");
        TENANT.enter_with("acme");
        look("in the request");
        (bind(look), Snapshot::current())
    });

    let elsewhere = move || {
        let nothing = Seen { user: None, tenant: None, kind: "root" };
        assert_eq!(look("another thread"), nothing);

        let own = Seen { user: Some("alice"), tenant: Some("acme"), kind: "bound-fn" };
        assert_eq!(bound("a bound callback"), own);

        let values = Seen { kind: "root", ..own };
        assert_eq!(snapshot.run(|| look("a closure in the snapshot")), values);
        let callback = snapshot.bind(look);
        assert_eq!(callback("a callback bound to it"), values);

        // What is set inside is gone outside.
        let changed = snapshot.run(|| USER.run("bob", || look("a run in the snapshot")));
        assert_eq!(changed.user, Some("bob"));
        assert_eq!(look("the thread again"), nothing);
    };
    assert!(thread::spawn(elsewhere).join().is_ok());
}
