//! The hook that keeps each living resource until it resolves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use async_hooks_core::{AsyncId, Events, Hook, Resource, execution_async_resource, runtime};
use async_hooks_tools::{IdMap, Labeller, id_map};

use crate::alive::chain::Chain;
use crate::alive::clock::Moment;
use crate::alive::record::Record;
use crate::alive::table::TABLE;
use crate::dropped::cancellation::{CancelCause, Cancellation};
use crate::dropped::creation_site::{CreationSite, CreationSites};
use crate::tool::callback::Callback;
use crate::tool::ignore::Ignore;
use crate::tool::reach::Reach;

/// What the program sets of [`Cancellations`](crate::Cancellations).
#[derive(Clone, Debug, Default)]
pub(crate) struct CancelSettings {
    pub(crate) futures: Vec<String>,
    pub(crate) ignore: Ignore,
    pub(crate) on_cancel: Option<Callback<Cancellation>>,
    pub(crate) labeller: Option<Labeller>,
    /// What the tool sees; set when it is built.
    pub(crate) reach: Option<Reach>,
}

/// A hook that keeps each living resource that has not resolved.
pub(crate) struct Unresolved {
    settings: CancelSettings,
    futures: IdMap<Pending>,
    sites: CreationSites,
}

struct Pending {
    record: Arc<Record>,
    site: Arc<CreationSite>,
    label: Option<Arc<str>>,
    has_panicked: AtomicBool,
    /// Its poll began while the thread was unwinding already: that panic is of another.
    began_in_a_panic: AtomicBool,
}

impl Hook for Unresolved {
    fn init(&self, resource: &Resource) {
        let Some(record) = TABLE.get(resource.async_id()) else { return };
        if self.sees(&record) && !self.settings.ignore.is_ignored(resource) {
            let is_future = || self.settings.futures.iter().any(|kind| kind == resource.kind());
            let site = self.sites.of(resource, is_future);
            let label = self.settings.labeller.as_ref().and_then(Labeller::label).map(Arc::from);
            let pending = Pending {
                record,
                site,
                label,
                has_panicked: AtomicBool::new(false),
                began_in_a_panic: AtomicBool::new(false),
            };
            self.futures.insert(resource.async_id(), pending);
        }
    }

    fn before(&self, resource: &Resource) {
        if thread::panicking() {
            self.note_begin_in_a_panic(resource.async_id());
        }
    }

    fn after(&self, resource: &Resource) {
        if thread::panicking() {
            self.note_panic(resource.async_id());
        }
    }

    fn resolve(&self, resource: &Resource) {
        if let Some((_, done)) = self.futures.remove(&resource.async_id()) {
            done.site.note_future();
        }
    }

    fn destroy(&self, resource: &Resource) {
        if let Some((_, pending)) = self.futures.remove(&resource.async_id()) {
            if runtime::ends_future() {
                pending.site.note_future();
            }
            if pending.site.keeps_ends() {
                self.note_end(resource, &pending);
            }
        }
    }

    fn events(&self) -> Events {
        Events::INIT | Events::BEFORE | Events::AFTER | Events::RESOLVE | Events::DESTROY
    }
}

impl Unresolved {
    pub(crate) fn new(settings: CancelSettings) -> Unresolved {
        Unresolved { settings, futures: id_map(), sites: CreationSites::default() }
    }

    fn sees(&self, record: &Record) -> bool {
        self.settings.reach.as_ref().is_some_and(|reach| record.is_within_reach(reach))
    }

    pub(crate) fn sites(&self) -> &CreationSites {
        &self.sites
    }

    #[cold]
    fn note_begin_in_a_panic(&self, id: AsyncId) {
        if let Some(pending) = self.futures.get(&id) {
            pending.began_in_a_panic.store(true, Ordering::Relaxed);
        }
    }

    #[cold]
    fn note_panic(&self, id: AsyncId) {
        if let Some(pending) = self.futures.get(&id) {
            let is_its_own = !pending.began_in_a_panic.swap(false, Ordering::Relaxed);
            pending.has_panicked.fetch_or(is_its_own, Ordering::Relaxed);
        }
    }

    fn note_end(&self, resource: &Resource, pending: &Pending) {
        let cause = match pending.has_panicked.load(Ordering::Relaxed) {
            true => CancelCause::Panicked,
            false if thread::panicking() => CancelCause::Unwound,
            false => CancelCause::Dropped,
        };
        let (record, by) = (&pending.record, execution_async_resource());
        let (age, chain) = (Moment::now().since(record.born()), Chain::new(resource, record.trigger()));
        let cancellation = Cancellation::new(*resource, by, cause, age, chain).with_label(pending.label.clone());
        if let Some(on_cancel) = self.settings.on_cancel.as_ref().filter(|_| pending.site.makes_futures()) {
            on_cancel.call(&cancellation);
        }
        pending.site.note_end(cancellation);
    }
}
