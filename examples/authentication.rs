//! The current user, reached from deep inside without a parameter.
//!
//! The server sets it once per request, and the function that needs it reads it. Where nobody is logged in, that
//! function refuses.
//!
//! ```text
//! t-alice     Ok("order 7 deleted by alice")
//! t-bob       Err(Forbidden("bob"))
//! t-mallory   Err(Unauthenticated)
//! ```
//!
//! Node: an Express middleware that calls `asyncLocalStorage.run(user, next)`.

use async_hooks::AsyncLocal;
use async_hooks::tokio::spawn;
use tokio::task::yield_now;

struct User {
    name: &'static str,
    may_delete: bool,
}

static CURRENT_USER: AsyncLocal<User> = AsyncLocal::new().named("current user");

#[derive(Debug, PartialEq)]
enum Refused {
    Unauthenticated,
    Forbidden(&'static str),
}

/// Any depth below the request: no function on the way has a parameter for the user.
fn require_right_to_delete() -> Result<&'static str, Refused> {
    CURRENT_USER.with(|user| match user {
        Some(user) if user.may_delete => Ok(user.name),
        Some(user) => Err(Refused::Forbidden(user.name)),
        None => Err(Refused::Unauthenticated),
    })
}

async fn delete_order(number: u32) -> Result<String, Refused> {
    yield_now().await; // The other requests run meanwhile.
    let name = require_right_to_delete()?;
    Ok(format!("order {number} deleted by {name}"))
}

fn authenticate(token: &str) -> Option<User> {
    match token {
        "t-alice" => Some(User { name: "alice", may_delete: true }),
        "t-bob" => Some(User { name: "bob", may_delete: false }),
        _ => None,
    }
}

async fn serve(token: &'static str, number: u32) -> Result<String, Refused> {
    match authenticate(token) {
        Some(user) => CURRENT_USER.scope(user, delete_order(number)).await,
        None => delete_order(number).await,
    }
}

#[tokio::main]
async fn main() -> Result<(), tokio::task::JoinError> {
    let requests = [
        ("t-alice", Ok("order 7 deleted by alice".to_owned())),
        ("t-bob", Err(Refused::Forbidden("bob"))),
        ("t-mallory", Err(Refused::Unauthenticated)),
    ];
    let under_way = requests.map(|(token, expected)| (token, spawn(serve(token, 7)), expected));
    for (token, response, expected) in under_way {
        let response = response.await?;
        println!("{token:<12}{response:?}");
        assert_eq!(response, expected);
    }
    Ok(())
}
