//! A trace id in front of every log line, without passing it through the program.
//!
//! A format of a few lines reads it from an `AsyncLocal`. It works for tasks that a request spawns, and for functions
//! that know nothing of requests.
//!
//! ```text
//! [a1b2]  INFO /books received
//! …
//! ```
//!
//! Node: the logger of the `AsyncLocalStorage` documentation, or a `mixin` of pino.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::sync::mpsc::{self, Sender};

use async_hooks::AsyncLocal;
use async_hooks::tokio::spawn;
use tokio::task::yield_now;
use tracing::{Event, info};
use tracing_subscriber::Registry;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, format};

static TRACE_ID: AsyncLocal<String> = AsyncLocal::new().named("trace id");

/// Any format, with the trace id in front.
struct WithTraceId<F>(F);

type Context<'a> = FmtContext<'a, Registry, DefaultFields>;

impl<F: FormatEvent<Registry, DefaultFields>> FormatEvent<Registry, DefaultFields> for WithTraceId<F> {
    fn format_event(&self, context: &Context<'_>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        TRACE_ID.with(|id| write!(writer, "[{:>4}] ", id.map_or("-", String::as_str)))?;
        self.0.format_event(context, writer, event)
    }
}

/// Prints each line, and keeps it to look at in the end.
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

async fn handle(path: &'static str) {
    info!("{path} received");
    yield_now().await; // The other request runs meanwhile.
    let mail = spawn(async move { info!("{path} told by mail, from a task of its own") });
    info!("{path} answered");
    assert!(mail.await.is_ok());
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (sender, lines) = mpsc::channel();
    let format = WithTraceId(format().compact().without_time().with_target(false));
    tracing_subscriber::fmt().event_format(format).with_writer(move || Lines(sender.clone())).init();

    info!("listening");
    tokio::join!(
        TRACE_ID.scope("a1b2".to_owned(), handle("/books")),
        TRACE_ID.scope("c3d4".to_owned(), handle("/users"))
    );

    let lines: Vec<String> = lines.try_iter().collect();
    let of = |id: &str, path: &str| lines.iter().filter(|line| line.starts_with(id) && line.contains(path)).count();
    assert_eq!((lines.len(), of("[   -]", "listening")), (7, 1));
    assert_eq!((of("[a1b2]", "/books"), of("[c3d4]", "/users")), (3, 3));
    Ok(())
}
