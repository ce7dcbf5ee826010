//! One future that was dropped before it was done.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_hooks_core::{AsyncId, Resource};
use async_hooks_tools::{Escaped, HumanDuration};

use crate::alive::chain::Chain;
use crate::print::draw::Draw;
use crate::print::palette::{PLAIN, Painted, Palette};
use crate::print::report::Report;
use crate::print::resource_name::ResourceName;

/// A future that was dropped before it was done.
///
/// It says which future, what dropped it, and what triggered it.
///
/// The callback of [`CancellationsBuilder::on_cancel`](crate::CancellationsBuilder::on_cancel) receives it. It displays as one
/// line.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use async_hooks_core::{AsyncLocal, AsyncResource, FutureExt as _};
/// use async_hooks_diagnostics::{CancelCause, Cancellation, Cancellations};
///
/// static PATH: AsyncLocal<&str> = AsyncLocal::new();
///
/// let (sender, reports) = mpsc::channel();
/// let on_cancel = move |lost: &Cancellation| sender.send(lost.clone()).unwrap_or_default();
/// let builder = Cancellations::builder().label_with(|| PATH.get());
/// let _enabled = builder.on_cancel(on_cancel).build().enable_scoped();
///
/// let request = PATH.run("/orders", || AsyncResource::new("request"));
/// let query = request.run_in_async_scope(|| async {}.in_async_resource("query"));
/// let timeout = AsyncResource::new("timeout");
/// timeout.run_in_async_scope(|| drop(query));
///
/// let lost = reports.recv().unwrap();
/// assert_eq!((lost.resource().kind(), lost.label()), ("query", Some("/orders")));
/// assert_eq!((lost.ending(), lost.by()), (CancelCause::Dropped, timeout.resource()));
/// assert_eq!(lost.chain(), [request.resource()]);
/// assert!(lost.age() < Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct Cancellation {
    resource: Resource,
    label: Option<Arc<str>>,
    by: Resource,
    cause: CancelCause,
    age: Duration,
    chain: Chain,
}

/// How a future ended before it was done.
///
/// # Examples
///
/// ```
/// use async_hooks_diagnostics::CancelCause;
///
/// assert_ne!(CancelCause::Dropped, CancelCause::Panicked);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CancelCause {
    /// It was dropped: aborted, the slower branch of a select, behind a time-out.
    Dropped,
    /// One of its polls panicked.
    Panicked,
    /// Its owner panicked, and it was dropped while that panic unwound.
    Unwound,
}

impl Cancellation {
    pub(crate) fn new(resource: Resource, by: Resource, cause: CancelCause, age: Duration, chain: Chain) -> Self {
        Cancellation { resource, label: None, by, cause, age, chain }
    }

    pub(crate) fn with_label(self, label: Option<Arc<str>>) -> Cancellation {
        Cancellation { label, ..self }
    }

    /// The resource that the future was.
    #[must_use]
    pub fn resource(&self) -> Resource {
        self.resource
    }

    /// The label of the future.
    ///
    /// [`label_with`](crate::CancellationsBuilder::label_with) gives it.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The resource that executed when it was dropped.
    ///
    /// Its kind is `"root"` outside any resource: there a runtime drops the tasks that were aborted.
    #[must_use]
    pub fn by(&self) -> Resource {
        self.by
    }

    /// How it ended.
    #[must_use]
    pub fn ending(&self) -> CancelCause {
        self.cause
    }

    /// Its age when it ended.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.age
    }

    /// Its triggers, nearest first; at most 32. The root is not among them.
    #[must_use]
    pub fn chain(&self) -> &[Resource] {
        self.chain.triggers()
    }

    pub(crate) fn whole_chain(&self) -> &Chain {
        &self.chain
    }

    pub(crate) fn shared_label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }
}

impl CancelCause {
    /// In a report, before the name of what dropped it.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            CancelCause::Dropped => "dropped by",
            CancelCause::Panicked => "panicked, dropped by",
            CancelCause::Unwound => "dropped by a panic in",
        }
    }
}

/// Draws one line.
///
/// `query 12 at src/a.rs:3:5, GET /orders, 38 ms old: dropped by tokio::task 7 at src/b.rs:4:9`
impl Draw for Cancellation {
    fn draw(&self, f: &mut fmt::Formatter<'_>, palette: &Palette) -> fmt::Result {
        write!(f, "{}", ResourceName(&self.resource, palette))?;
        self.label().map_or(Ok(()), |label| write!(f, ", {}", Escaped(label)))?;
        let cause = Painted(palette.alarm, self.cause.in_words());
        write!(f, ", {} old: {cause} {}", HumanDuration(self.age), ResourceName(&self.by, palette))?;
        match self.chain().first().filter(|trigger| trigger.async_id() != AsyncId::ROOT) {
            Some(trigger) => write!(f, " {} {}", Painted(palette.faint, "←"), ResourceName(trigger, palette)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, &PLAIN)
    }
}

impl Report for Cancellation {}
