//! How a machine opens and closes each kind of scope.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::machine::{Machine, Unwinding, body_of};
use crate::prepared::LocalFuture;
use crate::program::Scope;
use crate::reference::Kept;
use crate::shown::{Local, value};

impl Machine {
    /// Runs the next steps in this scope, up to the one that closes it.
    ///
    /// A future that is being polled is not polled in itself.
    pub(super) fn open(&self, scope: Scope) {
        match scope {
            Scope::Resource(n) => self.open_resource(n),
            Scope::Run(local, number) => self.open_run(local, number),
            Scope::Snapshot(n) => self.open_snapshot(n),
            Scope::LocalFuture(n) => self.poll_local_future(n),
            Scope::Tracked(n) => self.poll_tracked(n),
            Scope::Automatic(n) => self.poll_automatic(n),
        }
    }

    fn open_resource(&self, n: usize) {
        let made = self.prepared.borrow().resources[n].clone();
        let serial = self.reference().open_resource(made.who, made.captured, Kept::default());
        caught(|| made.resource.run_in_async_scope(|| self.body()));
        self.reference().close_level(serial);
    }

    fn open_run(&self, local: Local, number: u32) {
        let serial = self.reference().open_run(local, number);
        caught(|| local.get().run(value(number), || self.body()));
        self.reference().close_run(serial);
    }

    fn open_snapshot(&self, n: usize) {
        let (snapshot, captured) = self.prepared.borrow().snapshots[n].clone();
        let serial = self.reference().open_snapshot(captured);
        caught(|| snapshot.run(|| self.body()));
        self.reference().close_level(serial);
    }

    fn poll_local_future(&self, n: usize) {
        let Some(mut future) = self.prepared.borrow_mut().local_futures[n].take() else { return };
        let serial = self.reference().open_local_future(future.local, future.number, future.kept);
        let is_done = caught(|| future.future.poll());
        future.kept = self.reference().close_level(serial);
        if is_done {
            self.reference().hand_over(future.kept, future.local);
            future = LocalFuture::new(future.local, future.number, &|| body_of(&self.weak));
        }
        self.prepared.borrow_mut().local_futures[n] = Some(future);
    }

    fn poll_tracked(&self, n: usize) {
        let Some(mut tracked) = self.prepared.borrow_mut().tracked[n].take() else { return };
        let serial = self.reference().open_resource(tracked.who, tracked.captured, tracked.kept);
        caught(|| tracked.future.poll());
        tracked.kept = self.reference().close_level(serial);
        self.prepared.borrow_mut().tracked[n] = Some(tracked);
    }

    /// The callbacks come in pairs, whatever happens between them.
    fn poll_automatic(&self, n: usize) {
        let Some(mut task) = self.prepared.borrow_mut().automatic[n].take() else { return };
        let serial = self.reference().open_resource(task.who, task.captured, task.kept);
        task.record.begin_poll();
        caught(|| self.body());
        task.record.end_poll();
        task.kept = self.reference().close_level(serial);
        self.prepared.borrow_mut().automatic[n] = Some(task);
    }
}

/// Catches the panic of a program, and says whether a future in the scope is done.
fn caught(scope: impl FnOnce() -> bool) -> bool {
    catch_unwind(AssertUnwindSafe(scope)).unwrap_or_else(|payload| match payload.downcast::<Unwinding>() {
        Ok(_) => false,
        Err(payload) => resume_unwind(payload),
    })
}
