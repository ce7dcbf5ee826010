//! A value through the body of a response.
//!
//! A server polls the body after the handler has returned, in another task. So the body is made a resource in the
//! handler: it then has the handler's values, in every item and in its drop.
//!
//! ```text
//! a body as it is
//!   row 1 for nobody
//!   row 2 for nobody
//! a body that is a resource
//!   row 1 for alice
//!   row 2 for alice
//! …
//! ```
//!
//! Node: an async generator sees the stores of the code that called it.

use std::pin::pin;

use async_hooks::prelude::*;
use futures::{Stream, StreamExt as _, stream};

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

/// Rows that are read one by one, each for the current user.
fn rows() -> impl Stream<Item = String> + Send {
    let row = |number| async move {
        let user = USER.with(|user| user.copied().unwrap_or("nobody"));
        (number < 3).then(|| (format!("row {number} for {user}"), number + 1))
    };
    stream::unfold(1, row)
}

/// What the server does with a body, in a task of its own.
async fn send(body: impl Stream<Item = String> + Send) -> Vec<String> {
    let mut body = pin!(body);
    let mut sent = Vec::new();
    while let Some(row) = body.next().await {
        println!("  {row}");
        sent.push(row);
    }
    sent
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), tokio::task::JoinError> {
    println!("a body as it is");
    let body = USER.run("alice", rows);
    assert_eq!(tokio::spawn(send(body)).await?, ["row 1 for nobody", "row 2 for nobody"]);

    println!("a body that is a resource");
    let body = USER.run("alice", || rows().in_async_resource("body"));
    assert_eq!(tokio::spawn(send(body)).await?, ["row 1 for alice", "row 2 for alice"]);

    println!("a body with one value");
    let body = USER.scope_stream("bob", rows());
    assert_eq!(tokio::spawn(send(body)).await?, ["row 1 for bob", "row 2 for bob"]);
    Ok(())
}
