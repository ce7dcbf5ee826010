//! Tests that fail when something they started outlives them.

use std::fmt;
use std::time::Duration;

use async_hooks_tools::Labeller;

use crate::leaks::leak_guard::LeakGuard;
use crate::leaks::leak_report::LeakReport;
use crate::leaks::started_test::{StartedTest, TestSettings};

/// Runs `future`, and panics if anything it started is alive a second after it has ended.
///
/// It finds forgotten tasks, blocking jobs and callbacks that nobody will call. What counts is what descends from the future:
/// whatever was spawned, bound or created inside it, and inside those. Resources that existed before do not count, nor do those
/// of other tests at the same time, so tests may run in parallel. [`leak_test`] has a time-out, exceptions, and a form for
/// tests without a future.
///
/// Go: [`goleak`](https://pkg.go.dev/go.uber.org/goleak), which looks at the whole process.
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

/// Begins a leak test with settings of its own; [`assert_no_leaks`] explains what it does.
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
/// assert_eq!(pool.resource().kind(), "connection pool");
/// # });
/// ```
pub fn leak_test() -> LeakTest {
    LeakTest { settings: TestSettings::default() }
}

/// The settings of a leak test; made by [`leak_test`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use async_hooks_core::AsyncResource;
/// use async_hooks_diagnostics::leak_test;
///
/// let connect = || AsyncResource::new("connection"); // its pool outlives the test
/// let line = connect().resource().location().to_string();
/// let test = leak_test().settle_within(Duration::from_secs(5)).timeout(Duration::from_secs(30));
/// let test = test.ignore_kind("logger").ignore_location(&line);
/// # futures::executor::block_on(async {
/// let (logger, connection) = test.run(async { (AsyncResource::new("logger"), connect()) }).await;
/// assert_eq!([logger, connection].map(|kept| kept.resource().kind()), ["logger", "connection"]);
/// # });
/// ```
#[derive(Clone, Debug)]
#[must_use = "a leak test begins with `run` or `enter`"]
pub struct LeakTest {
    settings: TestSettings,
}

impl LeakTest {
    /// The time that the rest may take to end after the test: a second by default.
    ///
    /// It is real time, or the time of the runtime if its clock is paused; then the wait takes at most a second of real time beside.
    /// Runtimes may report the end of a task a little after the joining task goes on. A test that leaves nothing behind does
    /// not wait.
    pub fn settle_within(mut self, limit: Duration) -> Self {
        self.settings.settle_within = limit;
        self
    }

    /// Fails the test when it takes longer than this, in real time.
    ///
    /// The message shows what is alive and what it did last.
    ///
    /// A test that blocks its thread is not polled and cannot fail: then the same is printed to stderr. With
    /// [`enter`](Self::enter) it always is.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.settings.timeout = Some(limit);
        self
    }

    /// Allows resources of exactly this kind to live on.
    pub fn ignore_kind(mut self, kind: &str) -> Self {
        self.settings.ignore.kind(kind);
        self
    }

    /// Allows resources whose `file:line:column` contains this to live on.
    pub fn ignore_location(mut self, part: &str) -> Self {
        self.settings.ignore.location(part);
        self
    }

    /// Fails the test if tasks of the runtime outlive it that it cannot see.
    ///
    /// A plain `tokio::spawn` on a runtime that does not track its tasks makes such tasks. Without this, they are reported on stderr, with
    /// their number and what to write instead. `#[async_hooks::test(leaks = "fail_on_unseen")]` does the same. It needs the feature `tokio`, which
    /// `async_hooks` turns on, and a test that runs on a runtime of its own, as those of `#[tokio::test]` do.
    ///
    /// ```
    /// use async_hooks_diagnostics::leak_test;
    ///
    /// # futures::executor::block_on(async {
    /// assert_eq!(leak_test().fail_on_unseen().run(async { 7 }).await, 7);
    /// # });
    /// ```
    pub fn fail_on_unseen(mut self) -> Self {
        self.settings.fails_on_unseen = true;
        self
    }

    /// Gives each descendant a label when it is created, which the report shows.
    ///
    /// As [`LeakDetectorBuilder::label_with`](crate::LeakDetectorBuilder::label_with).
    ///
    /// ```
    /// use std::panic::catch_unwind;
    /// use std::time::Duration;
    /// use async_hooks_core::{AsyncLocal, AsyncResource};
    /// use async_hooks_diagnostics::leak_test;
    /// use futures::executor::block_on;
    ///
    /// static STEP: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// let leaky_test = || {
    ///     let test = leak_test().settle_within(Duration::ZERO).label_with(|| STEP.get());
    ///     block_on(test.run(async { STEP.run("login", || AsyncResource::new("query")) }))
    /// };
    /// let message = catch_unwind(leaky_test).unwrap_err().downcast::<String>().unwrap();
    /// assert!(message.contains("login"), "{message}");
    /// ```
    pub fn label_with<V: fmt::Display>(mut self, label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Self {
        self.settings.labeller = Some(Labeller::new(label));
        self
    }

    /// Runs the future as [`assert_no_leaks`] does.
    ///
    /// # Panics
    ///
    /// If something outlives the future, if it takes longer than the time-out, and if it panics itself.
    pub async fn run<F: Future>(self, future: F) -> F::Output {
        let test = StartedTest::new(self.settings);
        let output = test.in_time(test.scope(future)).await;
        test.settled().await;
        test.assert_no_leaks();
        output
    }

    /// Runs the future, and returns what outlives it in place of failing.
    ///
    /// The report has the number of tasks that the test cannot see.
    ///
    /// For the attribute macros.
    #[doc(hidden)]
    pub async fn check<F: Future>(self, future: F) -> (F::Output, LeakReport) {
        let test = StartedTest::new(self.settings);
        let output = test.in_time(test.scope(future)).await;
        test.settled().await;
        let leaks = test.leaks();
        if leaks.is_empty() && !test.fails_on_unseen() {
            test.judge_unseen();
        }
        (output, leaks)
    }

    /// Begins a test that lasts until the guard is dropped.
    ///
    /// For a test without a future, which builds its own runtime.
    ///
    /// Only what this thread creates counts, and what descends from that. Inside a future use [`run`](Self::run): while a guard
    /// waits for the rest to end, it blocks its thread.
    ///
    /// ```
    /// use std::panic::catch_unwind;
    /// use std::time::Duration;
    /// use async_hooks_core::AsyncResource;
    /// use async_hooks_diagnostics::leak_test;
    ///
    /// let guard = leak_test().enter();
    /// drop(AsyncResource::new("query"));
    /// drop(guard); // panics if something is left
    ///
    /// let leaky_test = || {
    ///     let _guard = leak_test().settle_within(Duration::ZERO).enter();
    ///     AsyncResource::new("query")
    /// };
    /// assert!(catch_unwind(leaky_test).is_err());
    /// ```
    #[must_use = "the test ends when the guard is dropped"]
    pub fn enter(self) -> LeakGuard {
        LeakGuard::new(StartedTest::new(self.settings))
    }
}
