//! What each part of a request knew when it ran.

use std::sync::LazyLock;

use async_hooks::{Resource, execution_async_resource};
use tokio::sync::broadcast::{Receiver, Sender};

use crate::{Failure, USER, tree};

/// The package that spawned its task; what it does; whether it knows whose request it is for.
pub(crate) type Part = (&'static str, &'static str, bool);

pub(crate) const HANDLER: Part = ("axum", "the handler", true);
pub(crate) const READY: Part = ("tower", "makes a service ready for this request", true);
pub(crate) const CONNECTION: Part = ("hyper-util", "drives a connection that reqwest opened for it", true);
pub(crate) const RELEASE: Part = ("sqlx-core", "takes the database's connection back", true);
pub(crate) const ANSWER: Part = ("axum", "the handler, polling what the buffer's worker sent it", true);
// A task that serves all requests has the context of who made it; to a thread nothing flows by itself.
pub(crate) const WORKER: Part = ("tower", "the buffer's worker, there since the start", false);
pub(crate) const SQLITE: Part = ("<root>", "SQLite's thread, which is no task", false);

const PARTS: [Part; 7] = [HANDLER, READY, CONNECTION, RELEASE, ANSWER, WORKER, SQLITE];

type Note = (Part, Option<String>, Resource);

pub(crate) static NOTES: LazyLock<Sender<Note>> = LazyLock::new(|| Sender::new(2 * PARTS.len()));

/// Reads the local, and records what it has read.
pub(crate) fn note(part: Part) -> Option<String> {
    let user = USER.with(|user| user.cloned());
    drop(NOTES.send((part, user.clone(), execution_async_resource())));
    user
}

/// Some parts come after the answer, and in any order.
pub(crate) async fn print_and_check(notes: &mut Receiver<Note>, user: &str) -> Result<(), Failure> {
    let mut seen = Vec::new();
    while seen.len() < PARTS.len() {
        seen.push(notes.recv().await?);
    }
    seen.sort_by_key(|(part, ..)| PARTS.iter().position(|known| known == part));
    for (part @ (package, what, knows), known, task) in seen {
        println!("  {package:<12}{what:<54}{:<7}task {}", known.as_deref().unwrap_or("-"), task.async_id());
        let is_right = known.as_deref() == knows.then_some(user) && tree::package(&task) == package;
        is_right.then_some(()).ok_or_else(|| format!("wrong for {user}: {part:?}"))?;
    }
    println!();
    Ok(())
}
