//! Writes attributes.

use async_hooks_core::{AsyncId, AttributeValue};

use crate::rings::recording_rings::Rings;
use crate::rings::sites::StaticSite;
use crate::rings::thread_writers::Caches;
use crate::rings::value::ValueWords;
use crate::rings::word::{self, Tag};
use crate::rings::writer::Writer;

impl Rings {
    pub(crate) fn attribute(&self, id: AsyncId, name: &'static str, value: &AttributeValue<'_>) {
        let now = self.now();
        self.write(|writer, caches| write(now, writer, caches, id, name, value));
    }

    /// Writes several, all at one time.
    pub(crate) fn attributes(&self, id: AsyncId, attributes: &[(&'static str, AttributeValue<'_>)]) {
        let now = self.now();
        let write_all = |writer: &mut Writer, caches: &mut Caches| {
            attributes.iter().filter(|(name, value)| !write(now, writer, caches, id, name, value)).count()
        };
        self.note_lost(self.with_writer(write_all).unwrap_or(attributes.len()));
    }
}

/// Returns false if the attribute is lost.
///
/// One whose value is of a kind that is not known here is left out, and not lost.
#[inline(always)]
fn write(
    now: u64,
    writer: &mut Writer,
    caches: &mut Caches,
    id: AsyncId,
    name: &'static str,
    value: &AttributeValue<'_>,
) -> bool {
    let Some(value) = ValueWords::of(value) else { return true };
    let name = caches.sites.number(StaticSite::name(name));
    writer.open_event(now, Tag::Attribute, id.as_u64(), 2 + value.len()) && {
        writer.put(word::halves(name, value.header()));
        value.write(writer);
        writer.complete(1)
    }
}
