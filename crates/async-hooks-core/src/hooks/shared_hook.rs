//! A hook behind an `Arc` is a hook.

use std::sync::Arc;

use crate::hooks::attribute_value::AttributeValue;
use crate::hooks::events::Events;
use crate::hooks::hook::Hook;
use crate::identity::resource::Resource;

/// A shared hook: the program keeps one reference, to read the state of the hook.
impl<H: Hook + ?Sized> Hook for Arc<H> {
    fn init(&self, resource: &Resource) {
        (**self).init(resource);
    }

    fn before(&self, resource: &Resource) {
        (**self).before(resource);
    }

    fn after(&self, resource: &Resource) {
        (**self).after(resource);
    }

    fn resolve(&self, resource: &Resource) {
        (**self).resolve(resource);
    }

    fn destroy(&self, resource: &Resource) {
        (**self).destroy(resource);
    }

    fn wake(&self, resource: &Resource, by: &Resource) {
        (**self).wake(resource, by);
    }

    fn attribute(&self, resource: &Resource, name: &'static str, value: &AttributeValue<'_>) {
        (**self).attribute(resource, name, value);
    }

    #[inline]
    fn attributes(&self, resource: &Resource, attributes: &[(&'static str, AttributeValue<'_>)]) {
        (**self).attributes(resource, attributes);
    }

    fn events(&self) -> Events {
        (**self).events()
    }
}
