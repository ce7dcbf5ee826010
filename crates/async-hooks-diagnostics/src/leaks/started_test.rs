//! A leak test that has begun.

use std::future::poll_fn;
use std::io::{self, Write as _};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_hooks_core::{AsyncLocalFuture, AsyncLocalGuard};
use async_hooks_tools::{HumanDuration, Labeller};

use crate::alive::ancestor::Ancestor;
use crate::alive::watch::Watch;
use crate::leaks::deadline::Deadline;
use crate::leaks::descendants::Descendants;
use crate::leaks::leak_report::LeakReport;
use crate::leaks::patience::Patience;
use crate::leaks::runtime::Runtime;
use crate::print::count::Counted;
use crate::print::report::Report as _;
use crate::tool::ignore::Ignore;
use crate::tool::switch::Listen as _;

/// What the program sets of a test.
#[derive(Clone, Debug)]
pub(crate) struct TestSettings {
    pub(crate) settle_within: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) ignore: Ignore,
    pub(crate) labeller: Option<Labeller>,
    pub(crate) fails_on_unseen: bool,
}

impl Default for TestSettings {
    fn default() -> Self {
        TestSettings {
            settle_within: Duration::from_secs(1),
            timeout: None,
            ignore: Ignore::default(),
            labeller: None,
            fails_on_unseen: false,
        }
    }
}

/// The settings of a test, and its descendants.
pub(crate) struct StartedTest {
    settings: TestSettings,
    descendants: Arc<Descendants>,
    runtime: Runtime,
}

impl StartedTest {
    pub(crate) fn new(settings: TestSettings) -> StartedTest {
        // Polls are only printed at a time-out.
        let watch = if settings.timeout.is_some() { Watch::lives_and_polls() } else { Watch::lives() };
        watch.listen();
        let descendants = Arc::new(Descendants::new(watch, settings.labeller.clone()));
        StartedTest { settings, descendants, runtime: Runtime::current() }
    }

    /// A future whose resources are descendants of the test.
    pub(crate) fn scope<F: Future>(&self, future: F) -> AsyncLocalFuture<F> {
        self.descendants.ancestor().scope(future)
    }

    /// Makes descendants of what this thread creates, until the guard is dropped.
    pub(crate) fn enter(&self) -> AsyncLocalGuard<'static, Ancestor> {
        self.descendants.ancestor().enter()
    }

    pub(crate) fn alive(&self) -> usize {
        self.descendants.alive()
    }

    /// Reports a test on stderr that is blocked when its time-out is over.
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        let limit = self.settings.timeout?;
        // Weak: the test ends by itself, and not when a thread has noticed.
        let descendants = Arc::downgrade(&self.descendants);
        Some(Deadline::after(limit, move || {
            if let Some(descendants) = descendants.upgrade() {
                let limit = HumanDuration(limit);
                let _ = writeln!(io::stderr(), "a leak test has taken longer than {limit}, and is blocked");
                descendants.tree().eprint();
            }
        }))
    }

    /// Runs the future, and panics when it is pending after the time-out.
    pub(crate) async fn in_time<F: Future>(&self, future: F) -> F::Output {
        let Some(deadline) = self.deadline() else { return future.await };
        let mut future = pin!(future);
        poll_fn(|context| {
            let polled = future.as_mut().poll(context);
            if polled.is_pending() && deadline.has_fired(context.waker()) {
                self.assert_in_time(false);
            }
            polled
        })
        .await
    }

    #[cold]
    fn assert_in_time(&self, is_in_time: bool) {
        let limit = HumanDuration(self.settings.timeout.unwrap_or_default());
        assert!(is_in_time, "the leak test has taken longer than {limit}\n\n{}", self.descendants.tree());
    }

    /// Waits until nothing is left, or for as long as the settings say.
    ///
    /// It looks again and again instead of setting a timer, so it works on every executor. Only if the clock of the runtime is paused,
    /// it sets one, or that clock would not go on.
    pub(crate) async fn settled(&self) {
        let mut patience = Patience::new(self.settings.settle_within);
        poll_fn(|context| match self.has_settled() || !patience.wait(context) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    /// As [`settled`](Self::settled), for a thread.
    pub(crate) fn wait_until_settled(&self) {
        let mut patience = Patience::new(self.settings.settle_within);
        while !self.has_settled() && patience.is_left() {
            patience.pause();
        }
    }

    fn has_settled(&self) -> bool {
        let may_live_on = || !self.settings.ignore.is_empty() && self.leaks().is_empty();
        (self.alive() == 0 || may_live_on()) && self.unseen_tasks() == 0
    }

    /// The number of new tasks of the runtime that the test certainly cannot see.
    fn unseen_tasks(&self) -> usize {
        match self.runtime.new_tasks() {
            0 => 0,
            new => new.saturating_sub(self.descendants.seen_tasks(self.runtime.id())),
        }
    }

    pub(crate) fn leaks(&self) -> LeakReport {
        self.descendants.leaks(&self.settings.ignore).with_unseen_tasks(self.unseen_tasks())
    }

    pub(crate) fn assert_no_leaks(&self) {
        if self.alive() > 0 {
            let leaks = self.leaks();
            assert!(leaks.is_empty(), "something outlives the test\n\n{leaks}");
        }
        self.judge_unseen();
    }

    /// Reports the tasks that the test cannot see, or fails because of them, as the settings say.
    pub(crate) fn judge_unseen(&self) {
        match self.unseen_tasks() {
            0 => {}
            unseen => self.report_unseen(unseen),
        }
    }

    pub(crate) fn fails_on_unseen(&self) -> bool {
        self.settings.fails_on_unseen
    }

    #[cold]
    fn report_unseen(&self, unseen: usize) {
        let text = unseen_text(unseen);
        assert!(!self.settings.fails_on_unseen, "{text}");
        let _ = writeln!(io::stderr(), "async-hooks: {text}; `leak_test().fail_on_unseen()` makes that a failure");
    }
}

fn unseen_text(unseen: usize) -> String {
    let tasks = Counted(unseen, "task");
    format!(
        "at least {tasks} of this runtime outlive a leak test that cannot see them: nothing tracks them. Spawn them with \
         `async_hooks::tokio::spawn`, or track all tasks with `--cfg tokio_unstable` and `Builder::async_hooks()`"
    )
}
