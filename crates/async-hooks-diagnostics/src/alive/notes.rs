//! What a tool keeps of each living resource beside the table.
//!
//! That is its label, and the calls that led to its creation.

use std::backtrace::Backtrace;
use std::fmt;
use std::sync::Arc;

use async_hooks_core::{AsyncId, Events, Hook, Resource};
use async_hooks_tools::{IdMap, Labeller, id_map};

use crate::alive::ancestor::{self, Ancestor};
use crate::tool::owned_hook::OwnedHook;
use crate::tool::reach::Reach;

/// A hook that makes notes, and the notes. Dropping it disables the hook.
#[derive(Debug)]
pub(crate) struct NoteTaker {
    hook: OwnedHook,
    notes: Arc<Notes>,
}

/// What a tool wants noted; a tool that wants nothing has no hook for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoteSettings {
    pub(crate) labeller: Option<Labeller>,
    pub(crate) wants_backtraces: bool,
    /// Only descendants of this one are noted.
    pub(crate) ancestor: Option<Arc<Ancestor>>,
    /// Only what the tool sees is noted.
    pub(crate) reach: Option<Reach>,
}

impl NoteTaker {
    /// Disabled.
    ///
    /// The table's hooks are enabled before this one, so that each resource with a note is in the table, too.
    pub(crate) fn new(settings: NoteSettings) -> Option<NoteTaker> {
        let wants_notes = settings.labeller.is_some() || settings.wants_backtraces;
        wants_notes.then(|| {
            let notes = Arc::new(Notes { settings, notes: id_map() });
            NoteTaker { hook: OwnedHook::new(Arc::clone(&notes)), notes }
        })
    }

    pub(crate) fn enable(&self) {
        self.hook.enable();
    }

    pub(crate) fn note_of(&self, id: AsyncId) -> Option<Arc<Note>> {
        self.notes.notes.get(&id).map(|note| Arc::clone(&note))
    }

    pub(crate) fn label_of(&self, id: AsyncId) -> Option<Arc<str>> {
        self.notes.notes.get(&id).and_then(|note| note.label.clone())
    }
}

struct Notes {
    settings: NoteSettings,
    notes: IdMap<Arc<Note>>,
}

/// The notes about one resource.
pub(crate) struct Note {
    label: Option<Arc<str>>,
    backtrace: Option<Backtrace>,
}

impl Hook for Notes {
    fn init(&self, resource: &Resource) {
        if !self.is_wanted() {
            return;
        }
        // The label is code of the program, so it runs before the map is locked.
        let label = self.settings.labeller.as_ref().and_then(Labeller::label).map(Arc::from);
        let backtrace = self.settings.wants_backtraces.then(Backtrace::force_capture);
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

impl Notes {
    fn is_wanted(&self) -> bool {
        let is_descendant = |ancestor: &Arc<Ancestor>| ancestor::ancestor().is_some_and(|own| own.is_within(ancestor));
        self.settings.ancestor.as_ref().is_none_or(is_descendant)
            && self.settings.reach.as_ref().is_none_or(ancestor::is_seen_here)
    }
}

impl Note {
    pub(crate) fn label(&self) -> Option<&Arc<str>> {
        self.label.as_ref()
    }

    /// The calls that led to the creation, innermost first.
    ///
    /// Those of this family of crates and of the standard library are left out.
    pub(crate) fn backtrace(&self) -> Option<String> {
        self.backtrace.as_ref().map(|backtrace| relevant(&backtrace.to_string()))
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notes").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Functions that a backtrace leaves out begin with one of these.
const INTERNAL: [&str; 9] = [
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
    let kept = frames.filter(|frame| !is_internal(frame));
    kept.map(|frame| frame.lines().map(str::trim).collect::<Vec<_>>().join(" ") + "\n").collect()
}

/// The frames of a printed backtrace, each with its place, without their numbers.
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

fn is_internal(frame: &str) -> bool {
    let name = frame.trim_start_matches(['<', '&']);
    INTERNAL.iter().any(|internal| name.starts_with(internal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_hooks_core::AsyncResource;

    #[test]
    fn a_backtrace_keeps_only_the_frames_of_the_program() {
        let backtrace = "   0: std::backtrace::Backtrace::create\n   1: <async_hooks_core::Hook>::init\n   \
            2: app::serve::{{closure}}\n             at ./src/serve.rs:4:5\n  10: main\n             at ./src/main.rs:1:1\n  11: __libc_start_main\n";
        assert_eq!(relevant(backtrace), "app::serve::{{closure}} at ./src/serve.rs:4:5\nmain at ./src/main.rs:1:1\n");
        assert_eq!(relevant("disabled backtrace"), "");
    }

    #[test]
    fn a_note_is_dropped_with_its_resource() {
        let labeller = Some(Labeller::new(|| Some("label")));
        let taker = NoteTaker::new(NoteSettings { labeller, ..NoteSettings::default() }).expect("a label is wanted");
        taker.enable();
        let resource = AsyncResource::new("noted");
        let id = resource.async_id();
        assert_eq!(taker.label_of(id).as_deref(), Some("label"));
        drop(resource);
        assert!(taker.note_of(id).is_none());
    }
}
