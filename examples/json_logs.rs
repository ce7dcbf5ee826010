//! Ids in JSON lines, from two writers: tracing-subscriber's own, and json-subscriber.
//!
//! The first is wrapped by `with_async_ids`; the second computes fields for each line. Both write the same numbers at the
//! top level of a line.
//!
//! ```text
//! {"level":"INFO","fields":{"message":"listening"},"async_id":1,"trigger_async_id":0}
//! {"async_id":1,"fields":{"message":"listening"},"level":"INFO","trigger_async_id":0}
//! {"level":"INFO","fields":{"message":"received"},"async_id":2,"trigger_async_id":1}
//! {"async_id":2,"fields":{"message":"received"},"level":"INFO","trigger_async_id":1}
//! …
//! ```
//!
//! Node: a `mixin` of pino.

use std::error::Error;
use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, Sender};

use async_hooks::prelude::*;
use async_hooks::tracing::with_async_ids;
use serde_json::{Value, json};
use tracing::info;
use tracing_subscriber::fmt::{self, format};
use tracing_subscriber::prelude::*;

/// Prints each line, and keeps it to look at in the end.
#[derive(Clone)]
struct Lines(Sender<Vec<u8>>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stdout().write_all(line)?;
        self.0.send(line.to_vec()).map_err(io::Error::other)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// The two ids in each line.
fn ids(lines: &Receiver<Vec<u8>>) -> Result<Vec<[Value; 2]>, serde_json::Error> {
    let lines = lines.try_iter().map(|line| serde_json::from_slice::<Value>(&line));
    lines.map(|line| line.map(|line| [line["async_id"].clone(), line["trigger_async_id"].clone()])).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (wrapped_lines, wrapped) = mpsc::channel();
    let format = with_async_ids(format().json().without_time().with_target(false));
    let first = fmt::layer().event_format(format).fmt_fields(format::JsonFields::new());
    let first = first.with_writer(move || Lines(wrapped_lines.clone()));

    let (computed_lines, computed) = mpsc::channel();
    let mut second = json_subscriber::fmt::layer().without_time().with_target(false);
    let fields = second.inner_layer_mut();
    fields.add_dynamic_field("async_id", |_, _| Some(json!(execution_async_id().as_u64())));
    fields.add_dynamic_field("trigger_async_id", |_, _| Some(json!(trigger_async_id().map_or(0, u64::from))));
    let second = second.with_writer(move || Lines(computed_lines.clone()));
    tracing_subscriber::registry().with(first).with(second).init();

    info!("listening");
    let request = async {
        info!("received");
        async_hooks::tokio::spawn(async { info!("asking the cache") }).await
    };
    request.in_async_resource("request").await?;

    let (wrapped, computed) = (ids(&wrapped)?, ids(&computed)?);
    assert_eq!(wrapped, computed);
    let [root, request, task] = &wrapped[..] else { return Err("expected three lines".into()) };
    assert_eq!(*root, [json!(1), json!(0)]);
    assert_eq!((&request[1], &task[1]), (&root[0], &request[0]));
    Ok(())
}
