//! Blocked polls.

use serde::{Serialize, Serializer};

use crate::blocked::blocked_poll::BlockedPoll;
use crate::serialize::parts::{ChainFields, ResourceFields};

impl Serialize for BlockedPoll {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// A resource that was created before the tool was enabled is only a number while it blocks.
        #[derive(Serialize)]
        #[serde(untagged)]
        enum BlockerFields {
            Known(ResourceFields),
            Unseen { async_id: u64 },
        }
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(flatten)]
            blocker: BlockerFields,
            label: Option<&'a str>,
            duration_seconds: f64,
            is_running: bool,
            thread: &'a str,
            #[serde(flatten)]
            chain: Option<ChainFields>,
        }
        let unseen = BlockerFields::Unseen { async_id: self.async_id().as_u64() };
        let fields = Fields {
            blocker: self.resource().map_or(unseen, |resource| BlockerFields::Known(ResourceFields::from(&resource))),
            label: self.label(),
            duration_seconds: self.duration().as_secs_f64(),
            is_running: self.is_running(),
            thread: self.thread(),
            chain: self.chain.as_ref().map(ChainFields::from),
        };
        fields.serialize(serializer)
    }
}
