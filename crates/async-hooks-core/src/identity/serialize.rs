//! Ids, locations and resources as data, with the feature `serde`.
//!
//! An id is a number, and 0 where a resource has no trigger, as in Node.

use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::identity::id::AsyncId;
use crate::identity::location::Location;
use crate::identity::resource::Resource;

impl Serialize for AsyncId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.as_u64())
    }
}

impl<'de> Deserialize<'de> for AsyncId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        let invalid = || D::Error::invalid_value(Unexpected::Unsigned(number), &"an async id, which is at least 1");
        AsyncId::from_u64(number).ok_or_else(invalid)
    }
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Location", 3)?;
        fields.serialize_field("file", self.file())?;
        fields.serialize_field("line", &self.line())?;
        fields.serialize_field("column", &self.column())?;
        fields.end()
    }
}

impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Resource", 4)?;
        fields.serialize_field("async_id", &self.async_id())?;
        fields.serialize_field("trigger_async_id", &self.trigger_async_id().map_or(0, AsyncId::as_u64))?;
        fields.serialize_field("kind", self.kind())?;
        fields.serialize_field("location", &self.location())?;
        fields.end()
    }
}
