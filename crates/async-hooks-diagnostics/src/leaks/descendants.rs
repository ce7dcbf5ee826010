//! The descendants of one leak test, and reports about them.

use std::sync::Arc;

use async_hooks_core::{AsyncId, Resource};
use async_hooks_tools::Labeller;

use crate::alive::ancestor::Ancestor;
use crate::alive::clock::Moment;
use crate::alive::live_resource::LiveResource;
use crate::alive::notes::{NoteSettings, NoteTaker};
use crate::alive::record::Record;
use crate::alive::table::TABLE;
use crate::alive::task_runtime::{TASK, TaskRuntime};
use crate::alive::tree::Tree;
use crate::alive::watch::Watch;
use crate::leaks::leak::Leak;
use crate::leaks::leak_report::LeakReport;
use crate::leaks::site::{self, by_site};
use crate::tool::ignore::Ignore;

/// The descendants of a test, from its beginning on; fields are dropped in this order.
pub(crate) struct Descendants {
    notes: Option<NoteTaker>,
    watch: Watch,
    ancestor: Arc<Ancestor>,
}

impl Descendants {
    /// The watch listens already.
    pub(crate) fn new(watch: Watch, labeller: Option<Labeller>) -> Descendants {
        let ancestor = Ancestor::new();
        let settings = NoteSettings { labeller, ancestor: Some(Arc::clone(&ancestor)), ..NoteSettings::default() };
        let notes = NoteTaker::new(settings);
        notes.iter().for_each(NoteTaker::enable);
        Descendants { notes, watch, ancestor }
    }

    pub(crate) fn ancestor(&self) -> &Arc<Ancestor> {
        &self.ancestor
    }

    /// The number of living descendants; reads one number.
    pub(crate) fn alive(&self) -> usize {
        self.ancestor.alive()
    }

    /// The number of living tasks that are observed, and may be on this runtime.
    ///
    /// These are descendants, and tasks that others have spawned there meanwhile.
    pub(crate) fn seen_tasks(&self, runtime: TaskRuntime) -> usize {
        let is_task = |record: &Record| record.resource().kind() == TASK && record.may_be_on(runtime);
        let is_seen = |record: &Record| is_task(record) || record.descends_from(&self.ancestor);
        TABLE.records_since(self.watch.generation(), is_seen).len()
    }

    /// The living descendants that are not ignored.
    pub(crate) fn leaks(&self, ignore: &Ignore) -> LeakReport {
        let mut alive = site::gather(self.watch.generation(), |record| record.descends_from(&self.ancestor));
        alive.retain(|alive| !ignore.is_ignored(&alive.resource));
        let now = Moment::now();
        let note_of = |resource: &Resource| self.notes.as_ref()?.note_of(resource.async_id());
        LeakReport::new(by_site(alive).into_values().filter_map(|group| Leak::new(group, now, note_of))).in_full()
    }

    /// The living descendants, each below its trigger.
    pub(crate) fn tree(&self) -> Tree {
        let label_of = |id: AsyncId| self.notes.as_ref()?.label_of(id);
        let is_descendant = |record: &Record| record.descends_from(&self.ancestor);
        Tree::new(LiveResource::all(self.watch.generation(), is_descendant, label_of))
    }
}
