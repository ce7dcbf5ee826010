//! Tests that fail when something they started outlives them.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, Write as _};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use async_hooks_core::LocalGuard;

use crate::alive::descent::Ancestor;
use crate::alive::watch::Watch;
use crate::ignore::Ignore;
use crate::leaks::family::Family;
use crate::leaks::leak::LeakReport;
use crate::leaks::watchdog::Watchdog;
use crate::print::report::Report as _;
use crate::print::span::Span;
use crate::tool::switch::Listen as _;

/// Runs `future`, and fails if anything it started is still alive a second after it has ended: a forgotten task, a
/// blocking job, a callback that nobody will call.
///
/// What counts is what descends from the future, by whatever was spawned, bound or created inside it and inside those. What
/// existed before does not, nor does what other tests do at the same time, so tests may run in parallel. For a time-out,
/// exceptions or a test without a future see [`leak_test`].
///
/// Go: [`goleak`](https://pkg.go.dev/go.uber.org/goleak), which looks at all of the process.
///
/// # Panics
///
/// If something outlives the future; the message is the [`LeakReport`](crate::LeakReport). And if the future panics.
///
/// # Examples
///
/// ```
/// use async_hooks_core::FutureExt as _;
/// use async_hooks_diagnostics::assert_no_leaks;
///
/// # futures::executor::block_on(async {
/// let answer = assert_no_leaks(async { async { 42 }.in_async_resource("query").await }).await;
/// assert_eq!(answer, 42);
/// # });
/// ```
pub async fn assert_no_leaks<F: Future>(future: F) -> F::Output {
    leak_test().run(future).await
}

/// Starts a leak test with settings of its own; see [`assert_no_leaks`] for what it does.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::leak_test;
///
/// # futures::executor::block_on(async {
/// let test = leak_test().timeout(Duration::from_secs(10)).ignore_kind("connection pool");
/// let pool = test.run(async { AsyncResource::new("connection pool") }).await;
/// # drop(pool);
/// # });
/// ```
pub fn leak_test() -> LeakTest {
    LeakTest { settle_within: Duration::from_secs(1), timeout: None, ignore: Ignore::default() }
}

/// A leak test in the making; see [`leak_test`].
#[derive(Clone, Debug)]
#[must_use = "a leak test begins with `run` or `enter`"]
pub struct LeakTest {
    settle_within: Duration,
    timeout: Option<Duration>,
    ignore: Ignore,
}

impl LeakTest {
    /// How long what is about to end may still take, in real time: a second, if nothing is said. A test in which nothing is
    /// left does not wait.
    ///
    /// Runtimes may report the end of a task a little after whoever joined it goes on.
    pub fn settle_within(mut self, limit: Duration) -> Self {
        self.settle_within = limit;
        self
    }

    /// Fails the test when it takes longer than this, in real time, and tells who is alive and what they last did.
    ///
    /// A test that is blocked, so that nobody polls it, cannot fail: then the same goes to stderr. With
    /// [`enter`](Self::enter) it always does.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Lets what is of exactly this kind live on.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.ignore.kind(kind);
        self
    }

    /// Lets what was created at a place whose `file:line:column` contains this live on.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.ignore.location(part);
        self
    }

    /// Runs the future as [`assert_no_leaks`] does.
    ///
    /// # Panics
    ///
    /// If something outlives the future, if it takes longer than the time-out, and if it panics itself.
    pub async fn run<F: Future>(self, future: F) -> F::Output {
        let test = Running::begin(self);
        let output = test.in_time(test.family.ancestor().scope(future)).await;
        test.settled().await;
        test.assert_no_leaks();
        output
    }

    /// Begins a test that lasts until the guard is dropped, for code without a future: a test that builds its own runtime, and
    /// asks what outlives it.
    ///
    /// Only what this thread creates, and what descends from that, counts. Inside a future use [`run`](Self::run): while a guard waits
    /// for the rest to end, it lets nobody else run on this thread.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::leak_test;
    ///
    /// let guard = leak_test().enter();
    /// let query = AsyncResource::new("query");
    /// drop(query);
    /// drop(guard); // panics if something is left
    /// ```
    #[must_use = "the test ends when the guard is dropped"]
    pub fn enter(self) -> LeakGuard {
        let test = Running::begin(self);
        let watchdog = test.watchdog();
        LeakGuard { entered: Some(test.family.ancestor().enter()), _watchdog: watchdog, test }
    }
}

/// A leak test that lasts until this is dropped; made by [`LeakTest::enter`].
///
/// # Panics
///
/// Dropping it panics if something outlives it, unless the thread is panicking already.
#[must_use = "the test ends when the guard is dropped"]
pub struct LeakGuard {
    entered: Option<LocalGuard<'static, Ancestor>>,
    _watchdog: Option<Watchdog>,
    test: Running,
}

impl Drop for LeakGuard {
    fn drop(&mut self) {
        self.entered = None;
        if !thread::panicking() {
            let mut patience = Patience::new(self.test.settings.settle_within);
            while !self.test.has_settled() && patience.is_left() {
                patience.pause();
            }
            self.test.assert_no_leaks();
        }
    }
}

impl fmt::Debug for LeakGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeakGuard").field("alive", &self.test.family.alive()).finish_non_exhaustive()
    }
}

/// A test that has begun.
struct Running {
    settings: LeakTest,
    family: Arc<Family>,
}

impl Running {
    fn begin(settings: LeakTest) -> Running {
        // What everybody last did is only told at a time-out.
        let watch = if settings.timeout.is_some() { Watch::lives_and_polls() } else { Watch::lives() };
        watch.listen();
        Running { settings, family: Arc::new(Family::new(watch)) }
    }

    fn watchdog(&self) -> Option<Watchdog> {
        let limit = self.settings.timeout?;
        // Weak: the test is over when it says so, and not when a thread has noticed.
        let family = Arc::downgrade(&self.family);
        Some(Watchdog::after(limit, move || {
            if let Some(family) = family.upgrade() {
                let _ = writeln!(io::stderr(), "a leak test has taken longer than {}, and is blocked", Span(limit));
                family.tree().eprint();
            }
        }))
    }

    async fn in_time<F: Future>(&self, future: F) -> F::Output {
        let Some(watchdog) = self.watchdog() else { return future.await };
        let mut future = pin!(future);
        poll_fn(|context| {
            let polled = future.as_mut().poll(context);
            if polled.is_pending() && watchdog.has_barked(context.waker()) {
                self.assert_in_time(false);
            }
            polled
        })
        .await
    }

    #[cold]
    fn assert_in_time(&self, is_in_time: bool) {
        let limit = Span(self.settings.timeout.unwrap_or_default());
        assert!(is_in_time, "the leak test has taken longer than {limit}\n\n{}", self.family.tree());
    }

    /// Waits until nothing is left, or long enough. By asking again and again, and not for a timer: so it works on every
    /// executor, and a runtime whose clock is paused does not leap to its next timer meanwhile.
    async fn settled(&self) {
        let mut patience = Patience::new(self.settings.settle_within);
        poll_fn(|context| {
            if self.has_settled() || !patience.is_left() {
                return Poll::Ready(());
            }
            patience.pause();
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    fn has_settled(&self) -> bool {
        let may_live_on = || !self.settings.ignore.is_empty() && self.leaks().is_empty();
        self.family.alive() == 0 || may_live_on()
    }

    fn leaks(&self) -> LeakReport {
        self.family.leaks(&self.settings.ignore)
    }

    fn assert_no_leaks(&self) {
        if self.family.alive() > 0 {
            let leaks = self.leaks();
            assert!(leaks.is_empty(), "something outlives the test\n\n{leaks}");
        }
    }
}

/// How often to ask, and until when.
struct Patience {
    until: Option<Instant>,
    pauses: u32,
}

impl Patience {
    /// Mostly what is left ends as soon as others get their turn.
    const EAGER: u32 = 100;

    /// The thread sleeps, and not the task: a timer would tie the test to one executor, and where tokio's clock is paused it
    /// would drive that clock on. Short, for nothing else runs on this thread meanwhile.
    const PAUSE: Duration = Duration::from_micros(500);

    fn new(limit: Duration) -> Patience {
        Patience { until: Instant::now().checked_add(limit), pauses: 0 }
    }

    fn is_left(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    fn pause(&mut self) {
        self.pauses += 1;
        if self.pauses <= Self::EAGER { thread::yield_now() } else { thread::sleep(Self::PAUSE) }
    }
}
