//! The events of a hook made of closures.
//!
//! It observes every resource in the process; a test asks for its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_hooks::{AsyncHook, AsyncId, Resource, create_hook};

/// The events of one hook, in order.
#[derive(Clone, Default, Debug)]
pub(crate) struct Told(Arc<Mutex<Vec<(&'static str, Resource)>>>);

impl Told {
    /// A hook for all five events.
    pub(crate) fn hook(&self) -> AsyncHook {
        let builder = create_hook().init(self.note("init")).before(self.note("before")).after(self.note("after"));
        builder.resolve(self.note("resolve")).destroy(self.note("destroy")).build()
    }

    /// A callback of a hook.
    pub(crate) fn note(&self, event: &'static str) -> impl Fn(&Resource) + Send + Sync + 'static + use<> {
        let told = self.clone();
        move |resource| told.lock().push((event, *resource))
    }

    pub(crate) fn events(&self, id: AsyncId) -> Vec<&'static str> {
        let told = self.lock();
        told.iter().filter(|(_, resource)| resource.async_id() == id).map(|(event, _)| *event).collect()
    }

    pub(crate) fn events_of_kind(&self, kind: &str) -> Vec<&'static str> {
        let told = self.lock();
        told.iter().filter(|(_, resource)| resource.kind() == kind).map(|(event, _)| *event).collect()
    }

    /// Who was announced as one of this kind.
    pub(crate) fn created(&self, kind: &str) -> Vec<AsyncId> {
        let told = self.lock();
        let inits = told.iter().filter(|(event, resource)| *event == "init" && resource.kind() == kind);
        inits.map(|(_, resource)| resource.async_id()).collect()
    }

    /// The events of resources of these kinds, as `"init query"`.
    pub(crate) fn story(&self, kinds: &[&str]) -> Vec<String> {
        let told = self.lock();
        let ours = told.iter().filter(|(_, resource)| kinds.contains(&resource.kind()));
        ours.map(|(event, resource)| format!("{event} {}", resource.kind())).collect()
    }

    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(&'static str, Resource)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
