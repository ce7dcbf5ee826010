//! Moments, as people write and read them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use async_hooks_recorder::{TimeRange, Timestamp};
use jiff::SignedDuration;

use crate::failure::Failure;

/// A moment: an RFC 3339 time, or an offset from the start of a recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MomentArgument {
    At(Timestamp),
    After(Duration),
}

/// A text that is no moment.
#[derive(Debug)]
pub(crate) struct NoMoment;

impl fmt::Display for NoMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither a time as in 2026-01-31T12:00:00.5Z nor an offset from the start as in 1.5s or 38ms")
    }
}

impl std::error::Error for NoMoment {}

impl FromStr for MomentArgument {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<MomentArgument, NoMoment> {
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            let nanos = u64::try_from(time.as_nanosecond()).map_err(|_| NoMoment)?;
            return Ok(MomentArgument::At(Timestamp::from_unix_nanos(nanos)));
        }
        let offset = text.parse::<SignedDuration>().map_err(|_| NoMoment)?;
        Ok(MomentArgument::After(offset.try_into().map_err(|_| NoMoment)?))
    }
}

impl MomentArgument {
    /// The moment, if it lies within this range.
    pub(crate) fn within(self, range: TimeRange) -> Result<Timestamp, Failure> {
        let at = match self {
            MomentArgument::At(at) => at,
            MomentArgument::After(offset) => range.start() + offset,
        };
        if range.start() <= at && at <= range.end() {
            return Ok(at);
        }
        Err(Failure::Outside { moment: rfc3339(at), start: rfc3339(range.start()), end: rfc3339(range.end()) })
    }
}

/// A moment as RFC 3339 has it, in UTC; one beyond the year 9999 in nanoseconds.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    let nanos = at.as_unix_nanos();
    jiff::Timestamp::from_nanosecond(i128::from(nanos)).map_or_else(|_| format!("{nanos} ns"), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_an_offset() {
        let at = |nanos| Some(MomentArgument::At(Timestamp::from_unix_nanos(nanos)));
        let after = |millis| Some(MomentArgument::After(Duration::from_millis(millis)));
        for (text, expected) in [
            ("1970-01-01T00:00:01.000000007Z", at(1_000_000_007)),
            ("1970-01-01T01:00:01+01:00", at(1_000_000_000)),
            ("1.5s", after(1_500)),
            ("38ms", after(38)),
            ("1m 2s", after(62_000)),
            ("PT1S", after(1_000)),
            ("", None),
            ("yesterday", None),
            ("1.5", None),
            ("-1s", None),
            ("1960-01-01T00:00:00Z", None),
        ] {
            assert_eq!(text.parse().ok(), expected, "{text:?}");
        }
    }

    #[test]
    fn every_moment_can_be_read() {
        assert_eq!(rfc3339(Timestamp::from_unix_nanos(1_500_000_000)), "1970-01-01T00:00:01.5Z");
        assert!(!rfc3339(Timestamp::from_unix_nanos(u64::MAX)).is_empty());
    }
}
