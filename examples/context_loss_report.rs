//! A value is required where it got lost, and the error says where that happened.
//!
//! It names the executing resource, its ancestors, and the first point at which the value was missing. A count by spawn
//! site shows how often it happens, without any error.
//!
//! ```text
//! no value of `user`, required at examples/context_loss_report.rs:27:40: tokio::task 2 at examples/context_loss_repor…
//! in tokio::task 256 at examples/context_loss_report.rs:32:18, created without it
//!    └─ created by tokio::task 2 at examples/context_loss_report.rs:47:59, created with it
//!       └─ created by root 1
//! …
//! ```
//!
//! Node: "Troubleshooting: Context loss" in the documentation of `AsyncLocalStorage`, which is a search by hand.

use std::error::Error;

use async_hooks::diagnostics::{ContextWatch, LossPoint, MissingContext, Report as _, RequiredExt as _};
use async_hooks::tokio::spawn;
use async_hooks::{AsyncLocal, Resource, execution_async_resource};
use tokio::task::JoinHandle;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

/// Deep inside, where nobody knows who called.
fn record(action: &str) -> Result<String, MissingContext> {
    Ok(format!("{} has {action}", USER.required()?))
}

/// Believes that work in the background has nothing to do with a user.
fn in_background(action: &'static str) -> JoinHandle<Result<String, MissingContext>> {
    USER.exit(|| spawn(async move { record(action) }))
}

/// One request: something at once, something in the background.
async fn handle() -> (Resource, Result<String, MissingContext>, Result<String, MissingContext>) {
    let background = in_background("been billed");
    let later = background.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    (execution_async_resource(), record("paid"), later)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let watch = ContextWatch::of(&USER).build();
    watch.enable();
    for user in ["alice", "bob", "carol"] {
        let (request, at_once, later) = USER.run(user, || spawn(handle())).await?;
        assert_eq!(at_once?, format!("{user} has paid"));

        let Err(lost) = later else { return Err("nobody is billed for nothing".into()) };
        let LossPoint::EndedBeforeSpawn { creator, created, .. } = lost.lost() else { return Err(lost.into()) };
        assert_eq!((creator, created), (request, lost.resource()));
        if user == "alice" {
            println!("{lost}\n");
        }
    }

    let losses = watch.losses();
    losses.print();
    let [background] = losses.losses() else { return Err("expected one site".into()) };
    assert_eq!((background.count(), background.kind()), (3, "tokio::task"));
    assert!(background.location().file().ends_with("context_loss_report.rs"));

    // Outside of everything the error says what to do.
    let plain = tokio::spawn(async { record("left") }).await?;
    println!("\n{}", plain.as_ref().err().ok_or("a plain spawn carries nothing")?);
    assert!(plain.is_err_and(|lost| lost.lost() == LossPoint::OutsideResources));
    Ok(())
}
