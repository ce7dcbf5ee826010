//! One actor, many senders.
//!
//! Each message travels in an `Envelope`: the actor handles it as its sender, with its sender's values, and is itself
//! again before it takes the next one.
//!
//! ```text
//!     30  deposit for alice, triggered by 3
//!     12  deposit for bob, triggered by 5
//!     42  account for nobody, triggered by 1
//! ```
//!
//! Node: an `AsyncResource` for each task of a worker pool.

use async_hooks::prelude::*;
use async_hooks::{Envelope, tokio::task};
use tokio::sync::mpsc;

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

fn executing() -> String {
    let user = USER.with(|user| user.copied().unwrap_or("nobody"));
    let trigger = trigger_async_id().map_or(0, AsyncId::as_u64);
    format!("{} for {user}, triggered by {trigger}", execution_async_resource().kind())
}

async fn account(mut mailbox: mpsc::Receiver<Envelope<i64>>) -> i64 {
    let mut balance = 0;
    while let Some(message) = mailbox.recv().await {
        // The future runs as the message; what it awaits does, too.
        let handle = |amount| async move {
            tokio::task::yield_now().await;
            println!("  {amount:>4}  {}", executing());
            assert_eq!(execution_async_resource().kind(), "deposit");
            assert!(USER.get().is_some());
            amount
        };
        balance += message.scope(handle).await;
        assert_eq!((execution_async_resource().kind(), USER.get()), ("account", None));
    }
    println!("  {balance:>4}  {}", executing());
    balance
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (deposits, mailbox) = mpsc::channel(8);
    let account = task("account").spawn(account(mailbox));

    for (user, amount) in [("alice", 30), ("bob", 12)] {
        let deposits = deposits.clone();
        let request = async move { deposits.send(Envelope::new("deposit", amount)).await };
        task("request").spawn(USER.scope(user, request)).await??;
    }
    drop(deposits);
    assert_eq!(account.await?, 42);
    Ok(())
}
