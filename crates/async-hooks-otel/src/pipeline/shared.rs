//! What the handles of a pipeline share, and how its threads are started.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::Thread;
use std::time::{Duration, Instant};

use async_hooks_core::AsyncHook;
use async_hooks_recorder::{FlightRecorder, Timestamp};
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;

use crate::export::any_exporter::AnyExporter;
use crate::export::export_thread;
use crate::export::span_queue::SpanQueue;
use crate::export::stats::Counts;
use crate::notes::begun_roots::BegunRoots;
use crate::notes::noting_hook::{EndedRoot, NotingHook};
use crate::pipeline::builder::SpanPipelineBuilder;
use crate::spans::collector::Collector;
use crate::spans::collector_thread::{self, Command, Inbox};
use crate::spans::trace_map::ById;

pub(crate) struct Shared {
    pub(super) recorder: FlightRecorder,
    pub(super) hook: AsyncHook,
    pub(super) counts: Arc<Counts>,
    queue: Arc<SpanQueue>,
    commands: Sender<Command>,
    /// `None` if it could not be started.
    collector: Option<Thread>,
}

/// Roots that have ended and wait to be read; more are lost, and counted.
const ENDED: usize = 65_536;

impl Shared {
    pub(super) fn new(settings: SpanPipelineBuilder) -> Shared {
        let SpanPipelineBuilder { recorder, exporter, sampler, roots, queue, resource, spans } = settings;
        let (ended, ended_roots) = mpsc::sync_channel(ENDED);
        let (commands, received) = mpsc::channel();
        let (queue, counts) = (Arc::new(SpanQueue::new(queue)), Arc::<Counts>::default());
        let begun = Arc::<BegunRoots>::default();
        let collector = Collector {
            recorder: recorder.clone(),
            kinds: roots.clone(),
            sampler,
            queue: Arc::clone(&queue),
            counts: Arc::clone(&counts),
            scope: InstrumentationScope::builder("async-hooks").with_version(env!("CARGO_PKG_VERSION")).build(),
            begun: Arc::clone(&begun),
            roots: ById::default(),
            seen_until: Timestamp::now(),
        };
        let thread = start(collector, (ended_roots, received), exporter, resource);
        let hook_counts = Arc::clone(&counts);
        let hook = NotingHook { recorder: recorder.clone(), roots, spans, begun, ended, counts: hook_counts };
        Shared { recorder, hook: AsyncHook::new(hook), counts, queue, commands, collector: thread }
    }

    /// Reads and exports what has ended; returns whether that was done in time.
    pub(super) fn flush(&self, deadline: Instant) -> bool {
        let (answer, answered) = mpsc::sync_channel(0);
        self.command(Command::Collect(answer));
        // The thread drops its end when it has collected.
        let left = deadline.saturating_duration_since(Instant::now());
        let is_collected = answered.recv_timeout(left) == Err(mpsc::RecvTimeoutError::Disconnected);
        is_collected && self.queue.flush(deadline)
    }

    pub(super) fn end(&self, timeout: Duration) -> bool {
        self.hook.disable();
        let deadline = Instant::now() + timeout;
        let is_flushed = self.flush(deadline);
        self.command(Command::End);
        self.queue.close();
        if !is_flushed {
            self.queue.discard(&self.counts);
        }
        self.queue.wait_for_end(deadline) && is_flushed
    }

    fn command(&self, command: Command) {
        if let Some(thread) = &self.collector {
            drop(self.commands.send(command));
            thread.unpark();
        }
    }
}

/// Starts both threads.
///
/// Without them nothing is exported; that is reported, and the program goes on.
fn start(
    collector: Collector,
    (ended, commands): (Receiver<EndedRoot>, Receiver<Command>),
    mut exporter: Box<dyn AnyExporter>,
    resource: Option<Resource>,
) -> Option<Thread> {
    exporter.set_resource(&resource.unwrap_or_else(|| Resource::builder().build()));
    let exporting = export_thread::start(exporter, Arc::clone(&collector.queue), Arc::clone(&collector.counts));
    let started = exporting.and_then(|()| collector_thread::start(collector, Inbox { ended, commands }));
    // Not by `eprintln!`, which panics if stderr is closed.
    let complain = |error| drop(writeln!(io::stderr(), "async-hooks: cannot start a thread for spans: {error}"));
    started.map_err(complain).ok()
}
