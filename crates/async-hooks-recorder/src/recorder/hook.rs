//! The hook that writes events into the rings.

use std::sync::Arc;
use std::thread;

use async_hooks_core::{AttributeValue, Events, Hook, Resource};
use async_hooks_tools::Labeller;

use crate::recorder::builder::FlightRecorderBuilder;
use crate::rings::recording_rings::Rings;

/// `IGNORES`: there are kinds to ignore. A recorder without pays nothing for them.
pub(crate) struct RecorderHook<const IGNORES: bool> {
    rings: Arc<Rings>,
    labeller: Option<Labeller>,
    ignored_kinds: Box<[Box<str>]>,
    wants_wakes: bool,
}

impl<const IGNORES: bool> RecorderHook<IGNORES> {
    pub(crate) fn new(rings: &Arc<Rings>, settings: &FlightRecorderBuilder) -> Self {
        RecorderHook {
            rings: Arc::clone(rings),
            labeller: settings.labeller.clone(),
            ignored_kinds: settings.ignored_kinds.clone().into(),
            wants_wakes: settings.wakes,
        }
    }

    #[inline]
    fn ignores(&self, resource: &Resource) -> bool {
        IGNORES && self.is_ignored(resource.kind())
    }

    #[cold]
    #[inline(never)]
    fn is_ignored(&self, kind: &str) -> bool {
        self.ignored_kinds.iter().any(|ignored| **ignored == *kind)
    }
}

impl<const IGNORES: bool> Hook for RecorderHook<IGNORES> {
    fn init(&self, resource: &Resource) {
        if !self.ignores(resource) {
            match &self.labeller {
                Some(labeller) => labeller.read(|label| self.rings.init(resource, label)),
                None => self.rings.init(resource, None),
            }
        }
    }

    fn before(&self, resource: &Resource) {
        if !self.ignores(resource) {
            self.rings.before(resource, thread::panicking());
        }
    }

    fn after(&self, resource: &Resource) {
        if !self.ignores(resource) {
            self.rings.after(resource.async_id(), thread::panicking());
        }
    }

    fn resolve(&self, resource: &Resource) {
        if !self.ignores(resource) {
            self.rings.resolve(resource.async_id());
        }
    }

    fn destroy(&self, resource: &Resource) {
        if !self.ignores(resource) {
            self.rings.destroy(resource);
        }
    }

    fn wake(&self, resource: &Resource, by: &Resource) {
        if !self.ignores(resource) {
            self.rings.wake(resource.async_id(), by);
        }
    }

    fn attribute(&self, resource: &Resource, name: &'static str, value: &AttributeValue<'_>) {
        if !self.ignores(resource) {
            self.rings.attribute(resource.async_id(), name, value);
        }
    }

    /// All of them have the time of this call.
    fn attributes(&self, resource: &Resource, attributes: &[(&'static str, AttributeValue<'_>)]) {
        if !self.ignores(resource) {
            self.rings.attributes(resource.async_id(), attributes);
        }
    }

    /// Core asks each time before it enables the hook: a period begins.
    fn events(&self) -> Events {
        self.rings.begin();
        if self.wants_wakes { Events::ALL } else { Events::ALL - Events::WAKE }
    }
}
