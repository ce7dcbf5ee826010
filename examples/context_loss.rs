//! Where a context gets lost, and how to keep it with `bind`.
//!
//! Requests put callbacks into a batch, and the task that flushes the batch calls them. That task belongs to the first
//! request, so the others would act as that user.
//!
//! ```text
//!                 plain callback  bound callback
//! alice's row     alice           alice
//! bob's row       alice           bob
//! carol's row     alice           carol
//! ```
//!
//! Node: "Troubleshooting: Context loss" in the documentation of `AsyncLocalStorage`.

use std::error::Error;
use std::sync::mpsc;

use async_hooks::tokio::spawn;
use async_hooks::{bind, prelude::*};

static USER: AsyncLocal<&str> = AsyncLocal::new().named("user");

type Callback = Box<dyn Fn(Row) + Send>;
type Row = &'static str;

/// What a callback was given, and who it believed to act for.
type Told = (Row, Option<&'static str>);

fn tell(told: &mpsc::Sender<Told>) -> impl Fn(Row) + Send + use<> {
    let told = told.clone();
    move |row| {
        let _ = told.send((row, USER.with(|user| user.copied())));
    }
}

/// One round trip to the database for all that was asked for until now.
async fn flush(batch: Vec<(Row, Callback)>) {
    tokio::task::yield_now().await;
    batch.into_iter().for_each(|(row, callback)| callback(row));
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (plain, told_plain) = mpsc::channel();
    let (bound, told_bound) = mpsc::channel();

    let mut batch: Vec<(Row, Callback)> = Vec::new();
    for (user, row) in [("alice", "alice's row"), ("bob", "bob's row"), ("carol", "carol's row")] {
        USER.run(user, || {
            batch.push((row, Box::new(tell(&plain))));
            batch.push((row, Box::new(bind(tell(&bound)))));
        });
    }
    // Alice came first, so her request has spawned the flush.
    USER.run("alice", || spawn(flush(batch))).await?;

    let (lost, kept): (Vec<Told>, Vec<Told>) = (told_plain.try_iter().collect(), told_bound.try_iter().collect());
    println!("{:<16}{:<16}bound callback", "", "plain callback");
    for ((row, lost), (_, kept)) in lost.iter().zip(&kept) {
        println!("{row:<16}{:<16}{}", lost.unwrap_or("-"), kept.unwrap_or("-"));
    }
    let users = |told: Vec<Told>| told.into_iter().map(|(_, user)| user).collect::<Vec<_>>();
    assert_eq!(users(lost), [Some("alice"); 3]);
    assert_eq!(users(kept), [Some("alice"), Some("bob"), Some("carol")]);
    Ok(())
}
