//! `enter_with` sets a local for the rest of the executing resource, without a block.
//!
//! The value stays over every `.await` and goes into tasks spawned later. It never reaches the code that polls or
//! spawned the resource.
//!
//! ```text
//! alice's task, before the login              -
//! bob's task, before the login                -
//! alice's task, after it                      alice
//! bob's task, after it                        bob
//! bob's task, after becoming root for once    bob
//! …
//! ```
//!
//! Node: `asyncLocalStorage.enterWith(store)`.

use std::error::Error;

use async_hooks::prelude::*;
use async_hooks::tokio::spawn;
use tokio::task::yield_now;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

fn show(place: &str) -> Option<&'static str> {
    let user = USER.with(|user| user.copied());
    println!("{place:<44}{}", user.unwrap_or("-"));
    user
}

/// Awaited plainly, so it is part of the task that awaits it, and changes that task's user.
async fn log_in(name: &'static str) {
    yield_now().await;
    USER.enter_with(name);
}

async fn request(name: &'static str) -> Result<(), Box<dyn Error + Send + Sync>> {
    assert_eq!(show(&format!("{name}'s task, before the login")), None);

    log_in(name).await;
    yield_now().await; // Other tasks run on this thread; none of them sees this user.
    assert_eq!(show(&format!("{name}'s task, after it")), Some(name));

    let child = spawn(async { USER.get() });
    assert_eq!(child.await?.as_deref(), Some(&name));

    // A tracked future is a resource of its own: what is entered inside ends with it.
    log_in("root").in_async_resource("sudo").await;
    assert_eq!(show(&format!("{name}'s task, after becoming root for once")), Some(name));
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let (alice, bob) = (spawn(request("alice")), spawn(request("bob")));
    alice.await??;
    bob.await??;
    assert_eq!(show("the task that spawned"), None);
    Ok(())
}
