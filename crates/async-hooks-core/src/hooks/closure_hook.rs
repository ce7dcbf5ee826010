//! The hook that a builder makes of closures.

use crate::hooks::attribute_value::AttributeValue;
use crate::hooks::events::Events;
use crate::hooks::hook::Hook;
use crate::identity::resource::Resource;

type Callback = Box<dyn Fn(&Resource) + Send + Sync>;
type WakeCallback = Box<dyn Fn(&Resource, &Resource) + Send + Sync>;
type AttributeCallback = Box<dyn Fn(&Resource, &'static str, &AttributeValue<'_>) + Send + Sync>;

/// A hook made of closures: it wants the events that have one.
#[derive(Default)]
pub(crate) struct ClosureHook {
    pub(crate) init: Option<Callback>,
    pub(crate) before: Option<Callback>,
    pub(crate) after: Option<Callback>,
    pub(crate) resolve: Option<Callback>,
    pub(crate) destroy: Option<Callback>,
    pub(crate) wake: Option<WakeCallback>,
    pub(crate) attribute: Option<AttributeCallback>,
}

impl Hook for ClosureHook {
    fn init(&self, resource: &Resource) {
        call(&self.init, resource);
    }

    fn before(&self, resource: &Resource) {
        call(&self.before, resource);
    }

    fn after(&self, resource: &Resource) {
        call(&self.after, resource);
    }

    fn resolve(&self, resource: &Resource) {
        call(&self.resolve, resource);
    }

    fn destroy(&self, resource: &Resource) {
        call(&self.destroy, resource);
    }

    fn wake(&self, resource: &Resource, by: &Resource) {
        if let Some(callback) = &self.wake {
            callback(resource, by);
        }
    }

    fn attribute(&self, resource: &Resource, name: &'static str, value: &AttributeValue<'_>) {
        if let Some(callback) = &self.attribute {
            callback(resource, name, value);
        }
    }

    fn events(&self) -> Events {
        let wanted = [
            (self.init.is_some(), Events::INIT),
            (self.before.is_some(), Events::BEFORE),
            (self.after.is_some(), Events::AFTER),
            (self.resolve.is_some(), Events::RESOLVE),
            (self.destroy.is_some(), Events::DESTROY),
            (self.wake.is_some(), Events::WAKE),
            (self.attribute.is_some(), Events::ATTRIBUTE),
        ];
        let given = wanted.into_iter().filter(|(is_given, _)| *is_given);
        given.fold(Events::NONE, |events, (_, event)| events | event)
    }
}

#[inline]
fn call(callback: &Option<Callback>, resource: &Resource) {
    if let Some(callback) = callback {
        callback(resource);
    }
}
