//! Each local chooses what a task inherits.
//!
//! The user goes everywhere, an open transaction stays with the task that opened it, and the span of a trace gets a
//! branch for every task.
//!
//! ```text
//! handler     (Some("alice"), Some(42), Some("request"))
//! step        (Some("alice"), Some(42), Some("request"))
//! task        (Some("alice"), None, Some("request/task"))
//! …
//! ```
//!
//! Node has no counterpart: there each store goes everywhere.

use async_hooks::tokio::{JoinSet, spawn};
use async_hooks::{AsyncLocal, AsyncResource, Inherit};
use tokio::task::JoinError;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

/// Two tasks in one transaction would commit each other's half.
static TRANSACTION: AsyncLocal<u32> = AsyncLocal::new().named("transaction").inherit(Inherit::Barrier);

static SPAN: AsyncLocal<Span> = AsyncLocal::new().named("span").inherit(Inherit::Fork(Span::child));

struct Span {
    path: String,
}

impl Span {
    fn child(&self) -> Span {
        Span { path: format!("{}/task", self.path) }
    }
}

type Seen = (Option<&'static str>, Option<u32>, Option<String>);

fn look(what: &str) -> Seen {
    let (user, transaction) = (USER.with(|user| user.copied()), TRANSACTION.with(|number| number.copied()));
    let seen = (user, transaction, SPAN.with(|span| span.map(|span| span.path.clone())));
    println!("{what:<12}{seen:?}");
    seen
}

fn seen(transaction: Option<u32>, path: &str) -> Seen {
    (Some("alice"), transaction, Some(path.to_owned()))
}

async fn handle() -> Result<(), JoinError> {
    assert_eq!(look("handler"), seen(Some(42), "request"));

    // A resource for a part of the same flow changes nothing of what that part sees.
    let step = AsyncResource::new("step");
    assert_eq!(step.run_in_async_scope(|| look("step")), seen(Some(42), "request"));

    let child = spawn(async {
        let own = look("task");
        let transaction = TRANSACTION.scope(43_u32, async { look("its own") }).await.1;
        (own, transaction, spawn(async { look("task's task") }))
    });
    let (own, transaction, grandchild) = child.await?;
    assert_eq!(own, seen(None, "request/task"));
    assert_eq!(transaction, Some(43));
    assert_eq!(grandchild.await?, seen(None, "request/task/task"));

    let mut set = JoinSet::new();
    set.spawn_blocking(|| look("blocking"));
    assert_eq!(set.join_all().await, [seen(None, "request/task")]);
    assert_eq!(look("handler"), seen(Some(42), "request"));
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), JoinError> {
    let request = TRANSACTION.scope(42_u32, SPAN.scope(Span { path: "request".into() }, handle()));
    USER.scope("alice", request).await
}
