//! What exporters of this workspace need beyond the public API.
//!
//! It is without a promise of stability.

use std::borrow::Cow;

use async_hooks_core::{AsyncId, AttributeValue};

use crate::model::attribute_record::AttributeRecord;
use crate::model::lifetime::Lifetime;
use crate::model::recording::Recording;
use crate::recorder::flight_recorder::FlightRecorder;
use crate::time::timestamp::Timestamp;

impl FlightRecorder {
    /// Records an attribute of a resource, whatever executes.
    #[doc(hidden)]
    pub fn note(&self, id: AsyncId, name: &'static str, value: &AttributeValue<'_>) {
        self.shared.rings.attribute(id, name, value);
    }

    /// Returns what has happened since, and little of what happened before.
    #[doc(hidden)]
    #[must_use]
    pub fn since(&self, since: Timestamp) -> Recording {
        self.shared.rings.capture_since(since)
    }
}

/// Texts that an exporter may keep, without a copy unless the recording was read from a file.
impl Lifetime {
    #[doc(hidden)]
    #[must_use]
    pub fn kind_to_keep(&self) -> Cow<'static, str> {
        self.site.kind.to_cow()
    }

    #[doc(hidden)]
    #[must_use]
    pub fn file_to_keep(&self) -> Cow<'static, str> {
        self.site.file.to_cow()
    }
}

impl AttributeRecord {
    #[doc(hidden)]
    #[must_use]
    pub fn name_to_keep(&self) -> Cow<'static, str> {
        self.name.to_cow()
    }
}
