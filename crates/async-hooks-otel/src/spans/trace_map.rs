//! Which lifetimes of a recording are in the trace of which root.

use std::collections::HashMap;

use async_hooks_core::AsyncId;
use async_hooks_recorder::{Lifetime, Recording, Timestamp};

use crate::notes::root_kinds::RootKinds;
use crate::spans::attributes::{context_span, created_by};
use crate::spans::root::Root;

pub(crate) struct TraceMap<'a> {
    pub(crate) recording: &'a Recording,
    /// All roots of the recording, and those of earlier ones of which something is alive.
    roots: HashMap<AsyncId, Root>,
    /// The root of each lifetime that is in a trace; a root's own is itself.
    root_of: HashMap<AsyncId, AsyncId>,
    /// The root that came last with this span in its context.
    by_context: HashMap<u64, AsyncId>,
}

impl<'a> TraceMap<'a> {
    pub(crate) fn new(recording: &'a Recording, kinds: &RootKinds, known: &HashMap<AsyncId, Root>) -> TraceMap<'a> {
        let mut map =
            TraceMap { recording, roots: HashMap::new(), root_of: HashMap::new(), by_context: HashMap::new() };
        known.values().for_each(|root| map.add_known(root));
        let mut lives = Vec::from_iter(recording.lifetimes());
        // Creators come before what they create.
        lives.sort_by_key(|life| (life.start(), life.async_id()));
        lives.into_iter().for_each(|life| map.add(life, kinds));
        map
    }

    fn add_known(&mut self, root: &Root) {
        self.root_of.extend(root.alive.iter().map(|id| (*id, root.id)));
        self.add_root(root.clone());
    }

    fn add_root(&mut self, root: Root) {
        self.root_of.insert(root.id, root.id);
        self.by_context.extend(root.context_span.map(|span| (span, root.id)));
        self.roots.insert(root.id, root);
    }

    fn add(&mut self, life: &Lifetime, kinds: &RootKinds) {
        let id = life.async_id();
        let span = context_span(life);
        if kinds.contains(life.kind()) && span.is_none() {
            if !self.roots.contains_key(&id) {
                self.add_root(Root::of(life, life.end().unwrap_or(Timestamp::from_unix_nanos(0))));
            }
        } else if let Some(root) = self.find_root(life, span) {
            self.root_of.entry(id).or_insert(root);
        }
    }

    /// The root in whose context it was created.
    ///
    /// Several roots can have the same span in their context, as jobs of one message do: then causes decide.
    fn find_root(&self, life: &Lifetime, span: Option<u64>) -> Option<AsyncId> {
        let causes = [life.trigger_async_id(), created_by(life)].into_iter().flatten();
        let roots = causes.filter_map(|cause| self.root_of.get(&cause).copied());
        let is_of_span = |root: &AsyncId| self.roots.get(root).is_some_and(|root| root.context_span == span);
        roots.into_iter().find(is_of_span).or_else(|| self.by_context.get(&span?).copied())
    }

    pub(crate) fn root(&self, root: AsyncId) -> Option<&Root> {
        self.roots.get(&root)
    }

    pub(crate) fn root_of(&self, id: AsyncId) -> Option<AsyncId> {
        self.root_of.get(&id).copied()
    }

    /// The lifetimes in each trace, the root's own included.
    pub(crate) fn members(&self) -> HashMap<AsyncId, Vec<&'a Lifetime>> {
        let mut members = HashMap::<AsyncId, Vec<&'a Lifetime>>::new();
        for life in self.recording.lifetimes() {
            if let Some(root) = self.root_of(life.async_id()) {
                members.entry(root).or_default().push(life);
            }
        }
        members
    }
}
