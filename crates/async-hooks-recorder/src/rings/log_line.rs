//! Writes lines of the log. Needs the feature `tracing`.

use async_hooks_core::AsyncId;
use async_hooks_tools::{MAX_BYTES, cut_at};

use crate::rings::recording_rings::Rings;
use crate::rings::sites::StaticSite;
use crate::rings::value::text_header;
use crate::rings::word::{self, Tag};

impl Rings {
    /// Notes a line of the log that `id` wrote.
    pub(crate) fn log(&self, id: AsyncId, target: &'static str, level: u8, message: &str) {
        let message = &message.as_bytes()[..cut_at(message, MAX_BYTES)];
        let now = self.now();
        self.write(|writer, caches| {
            let target = caches.sites.number(StaticSite::name(target));
            writer.open_event(now, Tag::Log, id.as_u64(), 2 + word::words_of(message.len())) && {
                writer.put(word::halves(target, text_header(level, message)));
                writer.put_text(message);
                writer.complete(1)
            }
        });
    }
}
