//! A resource of one's own: a database query.
//!
//! Its callbacks run as the query, with the ids and values of the line that made it, on whatever thread the driver
//! answers. It is triggered by its connection, and destroyed by `close`.
//!
//! ```text
//! init     DBCONN     on main
//! init     DBQUERY    on main
//! before   DBQUERY    on the driver's thread
//!            rows of "select 1", for alice
//! …
//! ```
//!
//! Node: the `DBQuery` example of `AsyncResource`.

use std::sync::mpsc;
use std::thread;

use async_hooks::{Resource, prelude::*};

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

struct DbQuery {
    resource: AsyncResource,
}

impl DbQuery {
    fn new(connection: &AsyncResource) -> Self {
        let query = AsyncResource::builder("DBQUERY").trigger_async_id(connection.async_id());
        DbQuery { resource: query.manual_destroy().build() }
    }

    fn get_info(&self, sql: &str, callback: impl FnOnce(String) + Send) {
        let answer = || self.resource.run_in_async_scope(|| callback(format!("rows of {sql:?}")));
        thread::scope(|driver| drop(driver.spawn(answer)));
    }

    fn close(self) {
        assert!(self.resource.emit_destroy());
    }
}

fn main() {
    let (events, seen) = mpsc::channel();
    let note = |event: &'static str| {
        let events = events.clone();
        move |resource: &Resource| {
            let thread = thread::current();
            println!("{event:<9}{:<11}on {}", resource.kind(), thread.name().unwrap_or("the driver's thread"));
            let _ = events.send((event, resource.kind()));
        }
    };
    let hook = create_hook().init(note("init")).before(note("before")).after(note("after")).destroy(note("destroy"));
    let _enabled = hook.build().enable_scoped();

    let connection = AsyncResource::new("DBCONN");
    let query = USER.run("alice", || DbQuery::new(&connection));
    query.get_info("select 1", |rows| {
        println!("           {rows}, for {}", USER.with(|user| user.copied()).unwrap_or("-"));
        assert_eq!(USER.get().as_deref(), Some(&"alice"));
        assert_eq!(trigger_async_id(), Some(connection.async_id()));
    });

    // `bind` makes a callback out of a resource: dropping the callback destroys it.
    query.get_info("select 2", AsyncResource::new("DBROW").bind_once(|rows| println!("           {rows}")));
    query.close();
    drop(connection);

    let expected = "init DBCONN, init DBQUERY, before DBQUERY, after DBQUERY, init DBROW, before DBQUERY, before DBROW, \
                    after DBROW, destroy DBROW, after DBQUERY, destroy DBQUERY, destroy DBCONN";
    let seen: Vec<String> = seen.try_iter().map(|(event, kind)| format!("{event} {kind}")).collect();
    assert_eq!(seen.join(", "), expected);
}
