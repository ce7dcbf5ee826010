//! `disable` unsets a local everywhere at once, also in tasks that captured it long ago.
//!
//! The old values never come back; the next `run`, `scope` or `enter_with` starts over.
//!
//! ```text
//!                     in the worker   in main
//! in the session      first           first
//! disabled            -               -
//! used again          -               second
//! ```
//!
//! Node: `asyncLocalStorage.disable()`.

use std::error::Error;

use async_hooks::AsyncLocal;
use async_hooks::tokio::spawn;
use tokio::sync::mpsc;

static DEBUG_SESSION: AsyncLocal<&str> = AsyncLocal::new().named("debug session");

fn session() -> Option<&'static str> {
    DEBUG_SESSION.with(|session| session.copied())
}

/// Lives as long as the program, and tells its debug session each time it is asked.
async fn worker(mut questions: mpsc::Receiver<()>, answers: mpsc::Sender<Option<&'static str>>) {
    while questions.recv().await.is_some() {
        let _ = answers.send(session()).await;
    }
}

fn check(moment: &str, seen: [Option<&'static str>; 2], expected: [Option<&'static str>; 2]) {
    let [in_worker, in_main] = seen.map(|session| session.unwrap_or("-"));
    println!("{moment:<20}{in_worker:<16}{in_main}");
    assert_eq!(seen, expected);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (ask, questions) = mpsc::channel(1);
    let (answer, mut answers) = mpsc::channel(1);
    println!("{:<20}{:<16}in main", "", "in the worker");

    let worker = DEBUG_SESSION.run("first", || spawn(worker(questions, answer)));
    ask.send(()).await?;
    let seen = [answers.recv().await.flatten(), DEBUG_SESSION.run("first", session)];
    check("in the session", seen, [Some("first"), Some("first")]);

    DEBUG_SESSION.disable();
    ask.send(()).await?;
    check("disabled", [answers.recv().await.flatten(), session()], [None, None]);

    ask.send(()).await?;
    let seen = [answers.recv().await.flatten(), DEBUG_SESSION.run("second", session)];
    check("used again", seen, [None, Some("second")]);

    drop(ask);
    Ok(worker.await?)
}
