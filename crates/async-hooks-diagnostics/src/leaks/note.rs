//! What a detector notes of each resource beside the table: a label, and where it came from call by call.

use std::backtrace::Backtrace;
use std::fmt;
use std::sync::Arc;

use async_hooks_core::{AsyncId, Events, Hook, Resource};

use crate::alive::id_map::{IdMap, id_map};

/// Asked in the creator's context.
pub(crate) type Label = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// A hook that asks for a label, and walks the stack, whenever a resource is created.
pub(crate) struct Notes {
    label: Option<Label>,
    wants_backtraces: bool,
    notes: IdMap<Arc<Note>>,
}

/// What was noted of one.
pub(crate) struct Note {
    label: Option<String>,
    backtrace: Option<Backtrace>,
}

impl Notes {
    pub(crate) fn new(label: Option<Label>, wants_backtraces: bool) -> Notes {
        Notes { label, wants_backtraces, notes: id_map() }
    }

    pub(crate) fn get(&self, id: AsyncId) -> Option<Arc<Note>> {
        self.notes.get(&id).map(|note| Arc::clone(&note))
    }
}

impl Hook for Notes {
    fn init(&self, resource: &Resource) {
        // The label is code of the program's: asked before the map is touched.
        let label = self.label.as_ref().and_then(|label| label());
        let backtrace = self.wants_backtraces.then(Backtrace::force_capture);
        if label.is_some() || backtrace.is_some() {
            self.notes.insert(resource.async_id(), Arc::new(Note { label, backtrace }));
        }
    }

    fn destroy(&self, resource: &Resource) {
        self.notes.remove(&resource.async_id());
    }

    fn events(&self) -> Events {
        Events::INIT | Events::DESTROY
    }
}

impl Note {
    pub(crate) fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The calls that led to the creation, innermost first, without those of this family and of the standard library.
    pub(crate) fn backtrace(&self) -> Option<String> {
        self.backtrace.as_ref().map(|backtrace| relevant(&backtrace.to_string()))
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notes").field("wants_backtraces", &self.wants_backtraces).finish_non_exhaustive()
    }
}

/// What nobody looks for in a backtrace.
const MACHINERY: [&str; 9] = [
    "async_hooks_core::",
    "async_hooks_diagnostics::",
    "async_hooks_tokio::",
    "async_hooks_tracing::",
    "std::",
    "core::",
    "alloc::",
    "__",
    "_start",
];

fn relevant(backtrace: &str) -> String {
    let frames = frames(backtrace).into_iter();
    let kept = frames.filter(|frame| !is_machinery(frame));
    kept.map(|frame| frame.lines().map(str::trim).collect::<Vec<_>>().join(" ") + "\n").collect()
}

/// The pieces that begin with a number and a colon, without that: a function, and in the next line its place.
fn frames(backtrace: &str) -> Vec<String> {
    let mut frames = Vec::<String>::new();
    for line in backtrace.lines() {
        let name = line.trim_start().split_once(": ").filter(|(number, _)| number.parse::<u32>().is_ok());
        match (name, frames.last_mut()) {
            (Some((_, name)), _) => frames.push(name.to_owned()),
            (None, Some(frame)) => *frame += &format!("\n{line}"),
            (None, None) => {}
        }
    }
    frames
}

fn is_machinery(frame: &str) -> bool {
    let name = frame.trim_start_matches(['<', '&']);
    MACHINERY.iter().any(|machinery| name.starts_with(machinery))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backtrace_is_left_with_the_frames_of_the_program() {
        let backtrace = "   0: std::backtrace::Backtrace::create\n   1: <async_hooks_core::Hook>::init\n   \
            2: app::serve::{{closure}}\n             at ./src/serve.rs:4:5\n  10: main\n             at ./src/main.rs:1:1\n  11: __libc_start_main\n";
        assert_eq!(relevant(backtrace), "app::serve::{{closure}} at ./src/serve.rs:4:5\nmain at ./src/main.rs:1:1\n");
        assert_eq!(relevant("disabled backtrace"), "");
    }
}
