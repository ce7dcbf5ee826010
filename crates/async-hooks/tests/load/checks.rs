//! Whether code sees the values of its own request, and of no other.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_hooks::http::{request_id, trace_context};
use async_hooks::tracing::with_async_ids;
use async_hooks::{AsyncLocal, execution_async_id};
use tracing_subscriber::fmt::{MakeWriter, format};

/// What each handler sets to stay.
pub(crate) static NUMBER: AsyncLocal<u64> = AsyncLocal::new();

static COUNTS: Counts = Counts {
    passed: AtomicUsize::new(0),
    lines: AtomicUsize::new(0),
    mixed_up: AtomicUsize::new(0),
    first_mix_up: Mutex::new(None),
};

struct Counts {
    passed: AtomicUsize,
    lines: AtomicUsize,
    mixed_up: AtomicUsize,
    first_mix_up: Mutex<Option<String>>,
}

impl Counts {
    fn mix_up(&self, what: String) {
        self.mixed_up.fetch_add(1, Ordering::Relaxed);
        self.first_mix_up.lock().unwrap().get_or_insert(what);
    }
}

/// The trace that the client of this request sends.
pub(crate) fn trace_id(number: u64) -> String {
    format!("{:032x}", u128::from(number) + (1 << 64))
}

/// Compares all that flows with a request to what it has to be.
pub(crate) fn check(number: u64, place: &str) {
    let local = NUMBER.with(|local| local.copied());
    let (id, trace) = (request_id(), trace_context().map(|trace| trace.trace_id().to_string()));
    let is_own = local == Some(number)
        && id.as_deref() == Some(&*number.to_string())
        && trace.as_deref() == Some(&*trace_id(number));
    match is_own {
        true => drop(COUNTS.passed.fetch_add(1, Ordering::Relaxed)),
        false => {
            COUNTS.mix_up(format!("{place} of {number} in {}: {local:?}, {id:?}, {trace:?}", execution_async_id()))
        }
    }
    tracing::info!("line of={number}");
}

/// Reads each line of the log: the field must be the request that the line is about.
struct Reader;

impl io::Write for Reader {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let field = |name| text.split_whitespace().find_map(|word| word.strip_prefix(name)).unwrap_or_default();
        COUNTS.lines.fetch_add(1, Ordering::Relaxed);
        if field("of=") != field("request_id=") || field("of=").is_empty() {
            COUNTS.mix_up(text.to_string());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Reader {
    type Writer = Reader;

    fn make_writer(&'a self) -> Reader {
        Reader
    }
}

pub(crate) struct Checks;

impl Checks {
    pub(crate) fn install() -> Self {
        let format = with_async_ids(format().without_time().with_target(false)).with_field("request_id", request_id);
        let subscriber = tracing_subscriber::fmt().with_ansi(false).event_format(format).with_writer(Reader);
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
        Checks
    }

    pub(crate) fn passed(&self) -> usize {
        COUNTS.passed.load(Ordering::Relaxed)
    }

    pub(crate) fn lines(&self) -> usize {
        COUNTS.lines.load(Ordering::Relaxed)
    }

    pub(crate) fn mixed_up(&self) -> usize {
        COUNTS.mixed_up.load(Ordering::Relaxed)
    }

    pub(crate) fn first_mix_up(&self) -> String {
        COUNTS.first_mix_up.lock().unwrap().clone().unwrap_or_default()
    }
}

/// Checks once more when it is dropped.
pub(crate) struct ChecksOnDrop(pub(crate) u64);

impl Drop for ChecksOnDrop {
    fn drop(&mut self) {
        check(self.0, "a drop");
    }
}
