//! The numbers of Perfetto's fields, and the names that a recording uses in them.

/// `TracePacket`, and the one field of `Trace` that holds them.
pub(crate) mod packet {
    pub(crate) const IN_TRACE: u32 = 1;
    pub(crate) const CLOCK_SNAPSHOT: u32 = 6;
    pub(crate) const TIMESTAMP: u32 = 8;
    pub(crate) const SEQUENCE_ID: u32 = 10;
    pub(crate) const TRACK_EVENT: u32 = 11;
    pub(crate) const INTERNED_DATA: u32 = 12;
    pub(crate) const SEQUENCE_FLAGS: u32 = 13;
    pub(crate) const DEFAULTS: u32 = 59;
    pub(crate) const TRACK_DESCRIPTOR: u32 = 60;
    pub(crate) const FIRST_ON_SEQUENCE: u32 = 87;
}

/// Values of `sequence_flags`.
pub(crate) mod flags {
    pub(crate) const CLEARED: u64 = 1;
    pub(crate) const NEEDS_STATE: u64 = 2;
}

/// `ClockSnapshot` and its `Clock`.
pub(crate) mod clock {
    pub(crate) const CLOCKS: u32 = 1;
    pub(crate) const PRIMARY: u32 = 2;
    pub(crate) const ID: u32 = 1;
    pub(crate) const TIMESTAMP: u32 = 2;
    pub(crate) const IS_INCREMENTAL: u32 = 3;
    /// The wall clock.
    pub(crate) const REALTIME: u64 = 1;
    /// The clock of a sequence, whose times count from the previous packet.
    pub(crate) const OF_SEQUENCE: u64 = 64;
}

/// `TracePacketDefaults`.
pub(crate) mod defaults {
    pub(crate) const TRACK_EVENT: u32 = 11;
    pub(crate) const TRACK_UUID: u32 = 11;
    pub(crate) const CLOCK_ID: u32 = 58;
}

/// `TrackDescriptor`, and what it holds.
pub(crate) mod track {
    pub(crate) const UUID: u32 = 1;
    pub(crate) const NAME: u32 = 2;
    pub(crate) const PROCESS: u32 = 3;
    pub(crate) const THREAD: u32 = 4;
    pub(crate) const PARENT: u32 = 5;
    pub(crate) const COUNTER: u32 = 8;
    pub(crate) const SIBLING_MERGE: u32 = 15;
    pub(crate) const PID: u32 = 1;
    pub(crate) const PROCESS_NAME: u32 = 6;
    pub(crate) const PROCESS_LABELS: u32 = 8;
    pub(crate) const TID: u32 = 2;
    pub(crate) const THREAD_NAME: u32 = 5;
    pub(crate) const COUNTER_UNIT: u32 = 3;
    pub(crate) const UNIT_COUNT: u64 = 2;
    /// Tracks of the same name stay apart.
    pub(crate) const MERGE_NONE: u64 = 2;
}

/// `TrackEvent`.
pub(crate) mod event {
    pub(crate) const CATEGORY_IIDS: u32 = 3;
    pub(crate) const ANNOTATIONS: u32 = 4;
    pub(crate) const TYPE: u32 = 9;
    pub(crate) const NAME_IID: u32 = 10;
    pub(crate) const TRACK_UUID: u32 = 11;
    pub(crate) const COUNTER_VALUE: u32 = 30;
    pub(crate) const SOURCE_LOCATION_IID: u32 = 34;
    pub(crate) const FLOW_IDS: u32 = 47;
    pub(crate) const TERMINATING_FLOW_IDS: u32 = 48;
    pub(crate) const BEGIN: u64 = 1;
    pub(crate) const END: u64 = 2;
    pub(crate) const INSTANT: u64 = 3;
    pub(crate) const COUNTER: u64 = 4;
}

/// `InternedData`, and its entries.
pub(crate) mod interned {
    pub(crate) const CATEGORIES: u32 = 1;
    pub(crate) const EVENT_NAMES: u32 = 2;
    pub(crate) const ANNOTATION_NAMES: u32 = 3;
    pub(crate) const SOURCE_LOCATIONS: u32 = 4;
    pub(crate) const IID: u32 = 1;
    pub(crate) const NAME: u32 = 2;
    pub(crate) const LINE: u32 = 4;
}

/// `DebugAnnotation`.
pub(crate) mod annotation {
    pub(crate) const NAME_IID: u32 = 1;
    pub(crate) const BOOL: u32 = 2;
    pub(crate) const UINT: u32 = 3;
    pub(crate) const INT: u32 = 4;
    pub(crate) const DOUBLE: u32 = 5;
    pub(crate) const STRING: u32 = 6;
    pub(crate) const NAME: u32 = 10;
}

/// The label of the process that distinguishes a recording from other traces.
pub(crate) const MARK: &str = "async-hooks recording 1";

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub(crate) enum Category {
    Poll = 1,
    Resource = 2,
    Spawn = 3,
    Wake = 4,
    Attribute = 5,
    Log = 6,
    Gap = 7,
    Recording = 8,
    Alive = 9,
}

impl Category {
    /// In the order of their interned ids, which count from 1.
    pub(crate) const NAMES: [&str; 9] =
        ["poll", "resource", "spawn", "wake", "attribute", "log", "gap", "recording", "alive"];

    pub(crate) fn iid(self) -> u64 {
        self as u64
    }

    pub(crate) fn from_iid(iid: u64) -> Option<Category> {
        use Category::{Alive, Attribute, Gap, Log, Poll, Recording, Resource, Spawn, Wake};
        let all = [Poll, Resource, Spawn, Wake, Attribute, Log, Gap, Recording, Alive];
        all.into_iter().find(|category| category.iid() == iid)
    }
}

/// The names of annotations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub(crate) enum Key {
    AsyncId = 1,
    Trigger = 2,
    Label = 3,
    Column = 4,
    Resolved = 5,
    Panicked = 6,
    /// The poll has no `after`.
    Open = 7,
    /// The resource is older than its slice.
    StartUnknown = 8,
    By = 9,
    /// What the root did when it woke.
    Source = 10,
    /// Another resource that is near a wake.
    Beside = 11,
    Level = 12,
    Target = 13,
    Message = 14,
    Thread = 15,
    ThreadNumber = 16,
    Events = 17,
    Start = 18,
    End = 19,
    Overwritten = 20,
    Lost = 21,
    Resources = 22,
    /// The value is bytes, and written in hexadecimal digits.
    Bytes = 23,
}

impl Key {
    /// In the order of their interned ids, which count from 1.
    pub(crate) const NAMES: [&str; 23] = [
        "async_id",
        "trigger_async_id",
        "label",
        "column",
        "resolved",
        "panicked",
        "open",
        "start_unknown",
        "by",
        "source",
        "beside",
        "level",
        "target",
        "message",
        "thread",
        "thread_number",
        "events",
        "start",
        "end",
        "overwritten",
        "lost",
        "resources",
        "bytes",
    ];

    pub(crate) fn iid(self) -> u64 {
        self as u64
    }
}
