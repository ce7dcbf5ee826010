//! A map by id whose uses are steps of a model: between two of them another thread may run.

use std::ops::Deref;
use std::sync::atomic::Ordering;

use shuttle::sync::atomic::AtomicBool;

/// The map of the other builds, whose own locks the explorer does not see.
pub(crate) struct IdMap<V> {
    map: async_hooks_tools::IdMap<V>,
    step: AtomicBool,
}

pub(crate) fn id_map<V>() -> IdMap<V> {
    IdMap { map: async_hooks_tools::id_map(), step: AtomicBool::new(false) }
}

impl<V> Deref for IdMap<V> {
    type Target = async_hooks_tools::IdMap<V>;

    fn deref(&self) -> &Self::Target {
        self.step.load(Ordering::SeqCst);
        &self.map
    }
}
