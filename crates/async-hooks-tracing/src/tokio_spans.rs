//! The spans that tokio itself makes for tasks, blocking jobs, timers and locks.
//!
//! It does so when built with its `tracing` feature.
//!
//! | span | recognised by | kind |
//! |---|---|---|
//! | `runtime.spawn` | target `tokio::task` | `tokio::task` |
//! | `runtime.spawn` | target `tokio::task::blocking` | `tokio::blocking` |
//! | `runtime.spawn` of a worker | that target, and the file of tokio's workers | none: what runs in there are its tasks |
//! | `runtime.resource` | field `concrete_type`, as in `"Mutex"` | `tokio::Mutex` |
//! | `runtime.resource.async_op` | field `source`, as in `"Mutex::lock"` | `tokio::Mutex` |
//! | `runtime.resource.async_op.poll` | a module of tokio's | none: the operation is the resource |
//! | `runtime.spawn` of the root of `block_on` | field `kind` | none: it runs as its thread, as everywhere |
//!
//! An operation has the kind of the type it is an operation of: what one looks for in a report is the contended `Mutex`,
//! and its trigger leads there. The place is the user's line, which tokio notes in fields.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

use async_hooks_core::Location;
use async_hooks_core::runtime::{self, Site};
use tracing_core::Metadata;
use tracing_core::field::{Field, Visit};
use tracing_core::span::Attributes;

use crate::interner::{Seen, Shared, intern};

/// Which of tokio's spans a callsite makes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TokioSpan {
    Task,
    Blocking,
    Resource,
    AsyncOp,
    AsyncOpPoll,
}

/// What a span is, as far as tokio tells.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Described {
    pub(crate) kind: Option<&'static str>,
    pub(crate) location: Option<Location>,
    pub(crate) role: SpanRole,
}

/// What becomes of a span.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum SpanRole {
    /// A resource of its own.
    #[default]
    Own,
    /// A task of the runtime, with tokio's number for it.
    ///
    /// A number that is missing is no task's. Wrapper and runtime may know the task, too.
    Task(Option<u64>),
    /// A blocking job, with tokio's number for it if the span has it.
    ///
    /// A wrapper may have claimed it.
    Blocking(Option<u64>),
    /// No resource.
    Nothing,
}

impl TokioSpan {
    /// `None` for the program's own spans, which may bear the same names but not the same fields.
    pub(crate) fn of(metadata: &Metadata<'_>) -> Option<Self> {
        let has = |field| metadata.fields().field(field).is_some();
        match (metadata.name(), metadata.target()) {
            ("runtime.spawn", "tokio::task") => Some(TokioSpan::Task),
            ("runtime.spawn", "tokio::task::blocking") => Some(TokioSpan::Blocking),
            ("runtime.resource", _) if has("concrete_type") => Some(TokioSpan::Resource),
            ("runtime.resource.async_op", _) if has("source") => Some(TokioSpan::AsyncOp),
            ("runtime.resource.async_op.poll", target) if target.starts_with("tokio::") => Some(TokioSpan::AsyncOpPoll),
            _ => None,
        }
    }

    pub(crate) fn describe(self, attributes: &Attributes<'_>) -> Described {
        let mut fields = TaskFields::default();
        attributes.record(&mut fields);
        let (kind, role) = match self {
            TokioSpan::Task if fields.is_root_of_block_on => (None, SpanRole::Nothing),
            TokioSpan::Task => (Some("tokio::task"), SpanRole::Task(fields.task)),
            TokioSpan::Blocking if fields.is_worker() => (None, SpanRole::Nothing),
            TokioSpan::Blocking => (Some("tokio::blocking"), SpanRole::Blocking(fields.task)),
            TokioSpan::Resource | TokioSpan::AsyncOp => (fields.kind, SpanRole::Own),
            TokioSpan::AsyncOpPoll => (None, SpanRole::Nothing),
        };
        Described { kind, location: fields.location(), role }
    }
}

/// What is wanted of a span's fields.
///
/// Values are borrowed during a `record_…` call, so they are interned there.
#[derive(Default)]
struct TaskFields {
    kind: Option<&'static str>,
    file: Option<&'static str>,
    line: u32,
    column: u32,
    task: Option<u64>,
    is_root_of_block_on: bool,
}

/// Where tokio starts its workers, as jobs of its pool of blocking threads.
const WORKERS: [&str; 4] = ["worker.rs", "multi_thread", "scheduler", "runtime"];

impl TaskFields {
    /// Whether the job is a worker: it runs tasks, and is none itself.
    fn is_worker(&self) -> bool {
        let parts = |file: &'static str| file.rsplit(['/', '\\']).take(WORKERS.len());
        self.file.is_some_and(|file| parts(file).eq(WORKERS))
    }

    fn location(&self) -> Option<Location> {
        let (file, line, column) = (self.file?, self.line, self.column);
        let make = || ((file, line, column), &*Box::leak(Box::new(Site { file, line, column })));
        Some(runtime::location(intern(&SEEN_SITES, &SITES, &(file, line, column), make)))
    }
}

impl Visit for TaskFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "concrete_type" => self.kind = Some(kind_of(value)),
            "source" => self.kind = Some(kind_of(type_of_operation(value))),
            "loc.file" => self.file = Some(interned_file(value)),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let number = u32::try_from(value).unwrap_or(0);
        match field.name() {
            "loc.line" => self.line = number,
            "loc.col" => self.column = number,
            "task.id" => self.task = Some(value),
            _ => {}
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record_u64(field, u64::try_from(value).unwrap_or(0));
    }

    /// How a `%value` comes in.
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "kind" {
            self.is_root_of_block_on = is_written_as(value, "block_on");
        }
    }
}

/// Whether the value is written as this text; writes it nowhere.
fn is_written_as(value: &dyn fmt::Debug, text: &str) -> bool {
    let mut rest = Rest(text);
    write!(rest, "{value:?}").is_ok() && rest.0.is_empty()
}

/// What is still to come of a text that something is compared with.
struct Rest<'a>(&'a str);

impl fmt::Write for Rest<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// `"Mutex::lock"` → `"Mutex"`.
fn type_of_operation(source: &str) -> &str {
    source.split_once("::").map_or(source, |(type_name, _)| type_name)
}

fn kind_of(type_name: &str) -> &'static str {
    match type_name {
        "Sleep" => "tokio::Sleep",
        "Interval" => "tokio::Interval",
        "Mutex" => "tokio::Mutex",
        "RwLock" => "tokio::RwLock",
        "Semaphore" => "tokio::Semaphore",
        "Acquire" => "tokio::Acquire",
        "Barrier" => "tokio::Barrier",
        "Sender|Receiver" => "tokio::Sender|Receiver",
        "Receiver" => "tokio::Receiver",
        other => interned_kind(other),
    }
}

#[cold]
fn interned_kind(type_name: &str) -> &'static str {
    intern(&SEEN_KINDS, &KINDS, type_name, || (leak(type_name), leak(&format!("tokio::{type_name}"))))
}

fn interned_file(file: &str) -> &'static str {
    let make = || {
        let kept = leak(file);
        (kept, kept)
    };
    intern(&SEEN_FILES, &FILES, file, make)
}

fn leak(text: &str) -> &'static str {
    Box::leak(Box::from(text))
}

type SourceLine = (&'static str, u32, u32);

static KINDS: Shared<&str, &str> = Shared::new(None);
static FILES: Shared<&str, &str> = Shared::new(None);
static SITES: Shared<SourceLine, &Site> = Shared::new(None);

thread_local! {
    static SEEN_KINDS: Seen<&'static str, &'static str> = const { RefCell::new(None) };
    static SEEN_FILES: Seen<&'static str, &'static str> = const { RefCell::new(None) };
    static SEEN_SITES: Seen<SourceLine, &'static Site> = const { RefCell::new(None) };
}
