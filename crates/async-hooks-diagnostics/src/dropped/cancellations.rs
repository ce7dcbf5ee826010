//! Futures that were dropped before they were done.

use std::fmt;
use std::sync::Arc;

use async_hooks_tools::Labeller;

use crate::alive::watch::Watch;
use crate::alive::within_future::WithinFuture;
use crate::dropped::cancellation::Cancellation;
use crate::dropped::cancellation_report::{CancellationReport, Ends};
use crate::dropped::unresolved::{CancelSettings, Unresolved};
use crate::tool::callback::Callback;
use crate::tool::enabled_tool::EnabledTool;
use crate::tool::owned_hook::OwnedHook;
use crate::tool::reach::Reach;
use crate::tool::switch::{Listen, Switch, Tool};

/// Reports futures that were dropped before they were done, and what dropped them.
///
/// It finds half a request that nobody finishes, the slower branch of a select, what a time-out dropped.
///
/// What `spawn` and `JoinSet` of `async_hooks::tokio` and `in_async_resource` make are futures. Most other resources never resolve,
/// since they are none: callbacks, spans, blocking jobs. So any other line of the program counts as one that creates futures when
/// a resource that it created has resolved. Until then, its first 256 ends are kept, and enter the report once one resolves;
/// [`assume_futures`](CancellationsBuilder::assume_futures) names kinds that need no evidence.
///
/// Tasks that only tokio's runtime hooks see, spawned by code that does not use `async_hooks`, never send `resolve`: nothing is
/// reported of them.
///
/// Clones of a handle are cheap and refer to the same tool. With a callback ([`on_cancel`](CancellationsBuilder::on_cancel)) it
/// stays enabled until [`disable`](Self::disable), whatever becomes of the handle. Without one it costs nothing once no handle is
/// left.
///
/// # Examples
///
/// ```
/// use async_hooks_core::FutureExt as _;
/// use async_hooks_diagnostics::Cancellations;
/// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
///
/// let cancellations = Cancellations::builder().build();
/// cancellations.enable();
///
/// async fn query(answer: Option<u32>) -> u32 {
///     match answer {
///         Some(answer) => answer,
///         None => std::future::pending().await,
///     }
/// }
///
/// let mut cx = Context::from_waker(Waker::noop());
/// for answer in [Some(7), None, None] {
///     let _ = pin!(query(answer).in_async_resource("query")).poll(&mut cx); // dropped after one poll
/// }
///
/// let report = cancellations.report();
/// let [query] = report.groups() else { panic!("{report}") };
/// assert_eq!((query.kind(), query.count(), query.by().kind()), ("query", 2, "root"));
/// ```
#[derive(Clone)]
pub struct Cancellations {
    switch: Arc<Switch<CancellationsBuilder>>,
}

/// What listens while the tool is enabled; fields are dropped in this order.
pub(crate) struct DroppedListening {
    hook: OwnedHook,
    pending: Arc<Unresolved>,
    watch: Watch,
}

impl Tool for CancellationsBuilder {
    type Listener = DroppedListening;

    fn listener(&self) -> DroppedListening {
        let pending = Arc::new(Unresolved::new(self.settings.clone()));
        DroppedListening { hook: OwnedHook::new(Arc::clone(&pending)), pending, watch: Watch::lives() }
    }

    fn acts_by_itself(&self) -> bool {
        self.settings.on_cancel.is_some()
    }

    fn reach(&self) -> Option<&Reach> {
        self.settings.reach.as_ref()
    }
}

impl Listen for DroppedListening {
    fn listen(&self) {
        // The table's hooks come first: each resource that this hook sees created is then in the table, too.
        self.watch.listen();
        self.hook.enable();
    }
}

impl Cancellations {
    /// Begins to build a tool.
    ///
    /// Unless it is set otherwise, it finds out by itself what is a future, and ignores nothing.
    pub fn builder() -> CancellationsBuilder {
        CancellationsBuilder { settings: CancelSettings::default() }
    }

    /// Enables the tool; what was created before stays unknown.
    ///
    /// Does nothing if it is enabled.
    pub fn enable(&self) -> &Self {
        self.switch.enable();
        self
    }

    /// Enables the tool until the returned guard is dropped.
    ///
    /// Guards are counted: the last one disables, unless [`enable`](Self::enable) was called as well.
    ///
    /// ```
    /// use async_hooks_diagnostics::Cancellations;
    ///
    /// let cancellations = Cancellations::builder().build();
    /// let enabled = cancellations.enable_scoped();
    /// assert!(cancellations.is_enabled());
    /// drop(enabled);
    /// assert!(!cancellations.is_enabled());
    /// ```
    pub fn enable_scoped(&self) -> EnabledTool {
        self.switch.enable_scoped()
    }

    /// Enables the tool for what `future` causes, and returns the future.
    ///
    /// It sees what is created inside, what that creates, and so on, on any thread; [`detached`](async_hooks_core::detached) code
    /// excepted. Tests that run in parallel each see their own. It goes on after the future is done, until
    /// [`disable`](Self::disable), or the drop of the last handle if there is no callback. A tool that is [enabled](Self::enable) as
    /// well sees all.
    ///
    /// ```
    /// use async_hooks_core::FutureExt as _;
    /// use async_hooks_diagnostics::Cancellations;
    /// # use futures::executor::block_on;
    ///
    /// let cancellations = Cancellations::builder().assume_futures("query").build();
    /// block_on(cancellations.within(async { drop(async {}.in_async_resource("query")) }));
    /// drop(async {}.in_async_resource("query"));
    /// assert_eq!(cancellations.report().count(), 1);
    /// ```
    pub fn within<F: Future>(&self, future: F) -> WithinFuture<F> {
        self.switch.enable_within();
        WithinFuture::new(self.switch.tool().reach(), future)
    }

    /// Disables the tool and forgets what was counted.
    ///
    /// ```
    /// use async_hooks_core::FutureExt as _;
    /// use async_hooks_diagnostics::Cancellations;
    ///
    /// let cancellations = Cancellations::builder().build();
    /// cancellations.enable();
    /// drop(async {}.in_async_resource("query"));
    /// assert_eq!(cancellations.report().count(), 1);
    /// assert_eq!(cancellations.disable().report().count(), 0);
    /// ```
    pub fn disable(&self) -> &Self {
        self.switch.disable();
        self
    }

    /// Whether the tool is enabled.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.switch.is_on()
    }

    /// Reports what was cancelled since it was enabled; empty while it is disabled.
    pub fn report(&self) -> CancellationReport {
        let listening = self.switch.listener();
        let ends = listening.map_or_else(Ends::default, |listening| listening.pending.sites().ends());
        CancellationReport::new(ends)
    }
}

impl fmt::Debug for Cancellations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (settings, is_enabled) = (self.switch.tool(), self.is_enabled());
        f.debug_struct("Cancellations").field("settings", settings).field("is_enabled", &is_enabled).finish()
    }
}

/// The settings of [`Cancellations`]; made by [`Cancellations::builder`].
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
/// use async_hooks_core::{AsyncResource, FutureExt as _};
/// use async_hooks_diagnostics::{Cancellation, Cancellations};
///
/// let race = || async {}.in_async_resource("query"); // the slower one is dropped on purpose
/// let line = race().resource().location().to_string();
///
/// let (sender, kinds) = mpsc::channel();
/// let on_cancel = move |lost: &Cancellation| drop(sender.send(lost.resource().kind()));
/// let builder = Cancellations::builder().assume_futures("message").on_cancel(on_cancel);
/// let _enabled = builder.ignore_kind("heartbeat").ignore_location(&line).build().enable_scoped();
///
/// drop(async {}.in_async_resource("heartbeat"));
/// drop(race());
/// drop(async {}.in_async_resource("query"));
/// drop(AsyncResource::new("message"));
/// assert_eq!(Vec::from_iter(kinds.try_iter()), ["query", "message"]);
/// ```
#[derive(Clone, Debug)]
#[must_use = "`build` makes the tool"]
pub struct CancellationsBuilder {
    settings: CancelSettings,
}

impl CancellationsBuilder {
    /// Says that every resource of this kind is a future, so that the first end counts.
    ///
    /// For example `"http::request"`, for requests whose responses nobody reads to their end. `"tokio::task"` is wrong in automatic
    /// mode: there a task of other code ends without `resolve` when all is well.
    pub fn assume_futures(mut self, kind: &str) -> Self {
        self.settings.futures.push(kind.to_owned());
        self
    }

    /// Gives each resource a label when it is created, which reports show.
    ///
    /// As [`LeakDetectorBuilder::label_with`](crate::LeakDetectorBuilder::label_with).
    ///
    /// ```
    /// use async_hooks_core::{AsyncLocal, FutureExt as _};
    /// use async_hooks_diagnostics::Cancellations;
    ///
    /// static PATH: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let builder = Cancellations::builder().assume_futures("query").label_with(|| PATH.get());
    /// let cancellations = builder.build();
    /// cancellations.enable();
    /// PATH.run("/orders", || drop(async {}.in_async_resource("query")));
    ///
    /// let report = cancellations.report();
    /// assert_eq!(report.groups()[0].labels().next(), Some(("/orders", 1)));
    /// ```
    pub fn label_with<V: fmt::Display>(mut self, label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Self {
        self.settings.labeller = Some(Labeller::new(label));
        self
    }

    /// Leaves out resources of exactly this kind.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.settings.ignore.kind(kind);
        self
    }

    /// Leaves out resources whose `file:line:column` contains this.
    ///
    /// Numbers match as a whole, so line 1 does not match line 12.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.settings.ignore.location(part);
        self
    }

    /// Receives each cancellation when it happens, beside counting it.
    ///
    /// It is called for lines that are known to create futures, and not for ends that become cancellations by later evidence.
    /// The closure runs where the future is dropped, within its `destroy`. If it panics, it is not called again.
    pub fn on_cancel(mut self, call: impl Fn(&Cancellation) + Send + Sync + 'static) -> Self {
        self.settings.on_cancel = Some(Callback::new(call));
        self
    }

    /// Makes the tool, disabled.
    #[must_use = "it sees nothing until it is enabled"]
    pub fn build(mut self) -> Cancellations {
        self.settings.reach = Some(Reach::new());
        Cancellations { switch: Switch::new(self) }
    }
}
