//! The logger of Node's `AsyncLocalStorage` documentation, with `tracing` for the logger.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use ::tracing::instrument::WithSubscriber as _;
use ::tracing::{Dispatch, Instrument as _, info, info_span};
use async_hooks::prelude::*;
use async_hooks::tokio::spawn;
use async_hooks::tracing::{layer, with_async_ids};
use futures::future::{join_all, try_join_all};
use tokio::sync::Barrier;
use tracing_subscriber::fmt::{self, format};
use tracing_subscriber::prelude::*;

use crate::runtimes::on_each_runtime;

static REQUEST: AsyncLocal<u32> = AsyncLocal::new();

/// The request, the async id and the trigger async id of one line.
type Ids = [u64; 3];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// A subscriber of the test's own; whatever is to be seen by it is polled with it.
    fn subscriber(&self) -> Dispatch {
        let lines = fmt::layer().event_format(with_async_ids(format().without_time())).with_ansi(false);
        let log = self.clone();
        tracing_subscriber::registry().with(layer()).with(lines.with_writer(move || log.clone())).into()
    }

    /// The lines with this message, sorted by request.
    fn ids_of(&self, message: &str) -> Vec<Ids> {
        let bytes = self.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        let lines = text.lines().filter(|line| line.contains(message));
        let mut ids: Vec<_> =
            lines.map(|line| ["request", "async_id", "trigger_async_id"].map(|name| number(line, name))).collect();
        ids.sort_unstable();
        ids
    }
}

/// The number behind `name=`.
fn number(line: &str, name: &str) -> u64 {
    let found = line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("no {name} in {line}")).parse().unwrap()
}

/// What a line that is logged here must carry.
fn here(request: u32) -> Ids {
    [request.into(), execution_async_id().as_u64(), trigger_async_id().map_or(0, AsyncId::as_u64)]
}

fn request() -> u32 {
    REQUEST.with(|request| request.copied()).unwrap()
}

/// Both have started before either finishes.
async fn handle(both_started: Arc<Barrier>, number: u32) -> [Ids; 2] {
    info!(request = request(), "start");
    let start = here(number);
    both_started.wait().await;
    info!(request = request(), "finish");
    [start, here(number)]
}

/// The log has the lines that both requests have written, and their ids differ.
fn assert_logged(log: &Log, written: &[[Ids; 2]]) {
    let [[start, finish], [other_start, other_finish]] = *written else { panic!("not two requests: {written:?}") };
    assert_eq!(log.ids_of("start"), [start, other_start]);
    assert_eq!(log.ids_of("finish"), [finish, other_finish]);
    assert_eq!((start, other_start), (finish, other_finish));
    assert_ne!(start[1], other_start[1]);
}

// N220
#[test]
fn lines_of_interleaved_tasks_carry_each_its_request_and_its_ids() {
    on_each_runtime(|| async {
        let (log, barrier) = (Log::default(), Arc::new(Barrier::new(2)));
        let subscriber = log.subscriber();
        let tasks = [1, 2].map(|number| {
            let handled = handle(Arc::clone(&barrier), number).with_subscriber(subscriber.clone());
            REQUEST.run(number, || spawn(handled))
        });
        assert_logged(&log, &try_join_all(tasks).await.unwrap());
    });
}

// N220
#[test]
fn lines_of_interleaved_spans_carry_each_its_request_and_its_ids() {
    on_each_runtime(|| async {
        let (log, barrier) = (Log::default(), Arc::new(Barrier::new(2)));
        let subscriber = log.subscriber();
        let connection = AsyncResource::new("connection");
        let tasks = [1, 2].map(|number| {
            let new_span = || ::tracing::dispatcher::with_default(&subscriber, || info_span!("handling"));
            let span = connection.run_in_async_scope(|| REQUEST.run(number, new_span));
            let ids = [number.into(), span.async_id().unwrap().as_u64(), connection.async_id().as_u64()];
            // Not a tracked task: it is the span that brings ids and context.
            let handled = handle(Arc::clone(&barrier), number).instrument(span).with_subscriber(subscriber.clone());
            async move {
                let lines = tokio::spawn(handled).await.unwrap();
                assert_eq!(lines, [ids; 2]);
                lines
            }
        });
        assert_logged(&log, &join_all(tasks).await);
    });
}
