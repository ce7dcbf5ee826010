//! The program's own callbacks, called from ours.
//!
//! tokio does not call `on_after_task_poll` when `on_before_task_poll` has panicked, and then the thread unwinds; so what ends a
//! poll or a task is done by guards, whatever a callback of the program's does.

use std::mem;

use async_hooks_core::runtime;
use tokio::runtime::TaskMeta;

use crate::callbacks;
use crate::poll_wrapper::PollWrapper;
use crate::runtime_hooks::RuntimeHooks;
use crate::task_number::task_number;
use crate::tasks;

impl RuntimeHooks {
    pub(crate) fn spawn(&self, task: &TaskMeta<'_>) {
        callbacks::on_task_spawn(task, self.wrapper.as_deref(), |task| {
            self.detach_when.as_ref().is_some_and(|predicate| predicate.holds(task))
        });
        if let Some(own) = &self.task_spawn {
            call_outside_polls(task, own);
        }
    }

    pub(crate) fn before_poll(&self, task: &TaskMeta<'_>) {
        if let Some(wrapper) = &self.wrapper {
            wrapper.enter(task_number(task.id()));
        }
        callbacks::on_before_task_poll(task);
        if let Some(own) = &self.before_task_poll {
            let end_if_it_panics = self.end_poll(task);
            own(task);
            mem::forget(end_if_it_panics);
        }
    }

    pub(crate) fn after_poll(&self, task: &TaskMeta<'_>) {
        let _end = self.end_poll(task);
        if let Some(own) = &self.after_task_poll {
            runtime::freeze_context(task_number(task.id()));
            own(task);
        }
    }

    pub(crate) fn terminate(&self, task: &TaskMeta<'_>) {
        let _terminate = Terminate { task, wrapper: self.wrapper.as_deref() };
        match &self.task_terminate {
            Some(own) if runtime::is_polling(task_number(task.id())) => own(task),
            Some(own) => call_outside_polls(task, own),
            None => {}
        }
    }

    fn end_poll<'a>(&'a self, task: &'a TaskMeta<'a>) -> EndPoll<'a> {
        EndPoll { task, wrapper: self.wrapper.as_deref() }
    }
}

/// Calls back inside the task's scope, unless a poll has entered it already.
///
/// Outside if the task is not tracked here.
fn call_outside_polls(task: &TaskMeta<'_>, own: &dyn Fn(&TaskMeta<'_>)) {
    match tasks::outside_polls(task_number(task.id())) {
        Some(scope) => scope.run_silently(|| own(task)),
        None => own(task),
    }
}

struct EndPoll<'a> {
    task: &'a TaskMeta<'a>,
    wrapper: Option<&'a dyn PollWrapper>,
}

impl Drop for EndPoll<'_> {
    fn drop(&mut self) {
        callbacks::on_after_task_poll(self.task);
        if let Some(wrapper) = self.wrapper {
            wrapper.leave(task_number(self.task.id()));
        }
    }
}

struct Terminate<'a> {
    task: &'a TaskMeta<'a>,
    wrapper: Option<&'a dyn PollWrapper>,
}

impl Drop for Terminate<'_> {
    fn drop(&mut self) {
        callbacks::on_task_terminate(self.task);
        if let Some(wrapper) = self.wrapper {
            wrapper.terminated(task_number(self.task.id()));
        }
    }
}
