//! Writes attributes.

use async_hooks_core::{AsyncId, AttributeValue};

use crate::rings::recording_rings::Rings;
use crate::rings::sites::StaticSite;
use crate::rings::value::ValueWords;
use crate::rings::word::{self, Tag};

impl Rings {
    pub(crate) fn attribute(&self, id: AsyncId, name: &'static str, value: &AttributeValue<'_>) {
        let Some(value) = ValueWords::of(value) else { return };
        let now = self.now();
        self.write(|writer, caches| {
            let name = caches.sites.number(StaticSite::name(name));
            writer.open_event(now, Tag::Attribute, id.as_u64(), 2 + value.len()) && {
                writer.put(word::halves(name, value.header()));
                value.write(writer);
                writer.complete(1)
            }
        });
    }
}
