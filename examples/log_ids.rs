//! The async ids on every log line: `layer()` makes each span a resource.
//!
//! `with_async_ids` ends each line with ` async_id=… trigger_async_id=…`. Following the triggers upwards leads to the
//! cause of the line.
//!
//! ```text
//!  INFO listening async_id=1 trigger_async_id=0
//!  INFO request: received path="/books" async_id=2 trigger_async_id=1
//!  INFO asking the cache async_id=3 trigger_async_id=2
//!  INFO request: answered path="/books" async_id=2 trigger_async_id=1
//! ```
//!
//! Node: `executionAsyncId()` and `triggerAsyncId()` in a logger's format.

use std::error::Error;
use std::io::{self, Write};
use std::sync::mpsc::{self, Sender};

use async_hooks::tokio::spawn;
use async_hooks::tracing::{layer, with_async_ids};
use tracing::{info, instrument};
use tracing_subscriber::fmt::{self, format};
use tracing_subscriber::prelude::*;

/// Prints each line, and keeps it to look at in the end.
#[derive(Clone)]
struct Lines(Sender<String>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stdout().write_all(line)?;
        self.0.send(String::from_utf8_lossy(line).into_owned()).map_err(io::Error::other)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

#[instrument]
async fn request(path: &'static str) {
    info!("received");
    let task = spawn(async { info!("asking the cache") });
    assert!(task.await.is_ok());
    info!("answered");
}

/// The number behind `name=`.
fn number(line: &str, name: &str) -> Option<u64> {
    line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (sender, lines) = mpsc::channel();
    let format = with_async_ids(format().compact().without_time().with_target(false));
    let lines_layer = fmt::layer().event_format(format).with_writer(move || Lines(sender.clone()));
    tracing_subscriber::registry().with(layer()).with(lines_layer).init();

    info!("listening");
    request("/books").await;

    let ids: Vec<_> =
        lines.try_iter().map(|line| (number(&line, "async_id"), number(&line, "trigger_async_id"))).collect();
    let [listening, received, asking, answered] = ids[..] else { return Err("expected four lines".into()) };
    assert_eq!(listening, (Some(1), Some(0)), "outside any resource");
    assert_eq!(received.1, Some(1), "the request's span was opened by the root");
    assert_eq!(asking.1, received.0, "the task was spawned in the request's span");
    assert_eq!(answered, received);
    Ok(())
}
