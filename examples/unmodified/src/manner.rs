//! How a program is recorded.

use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// From its first task on, and by nobody disturbed.
    Whole,
    /// Its runtime ends while a hundred tasks have ended, and all others run.
    CutShort,
    /// The recorder is enabled at that time.
    FromTheMiddle,
    /// Most events are overwritten.
    SmallRings,
}

impl Manner {
    pub(crate) const ALL: [Manner; 4] = [Manner::Whole, Manner::CutShort, Manner::FromTheMiddle, Manner::SmallRings];
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "recorded as a whole",
            Self::CutShort => "the runtime ends in the middle",
            Self::FromTheMiddle => "recorded from the middle",
            Self::SmallRings => "recorded in 64 KiB",
        })
    }
}
