//! A duration as people read it: two significant digits and a unit.

use std::fmt;
use std::time::Duration;

/// Displays a duration in the unit that suits it.
///
/// As in `0 ns`, `12 µs`, `38 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
///
/// ```
/// use std::time::Duration;
/// use async_hooks_tools::HumanDuration;
///
/// assert_eq!(HumanDuration(Duration::from_millis(1_290)).to_string(), "1.2 s");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HumanDuration(pub Duration);

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanoseconds) = (self.0.as_secs(), self.0.subsec_nanos());
        let text = match (seconds, nanoseconds) {
            (0, 0..1_000) => format!("{nanoseconds} ns"),
            (0, 1_000..1_000_000) => format!("{} µs", nanoseconds / 1_000),
            (0, _) => format!("{} ms", nanoseconds / 1_000_000),
            (1..10, _) => format!("{seconds}.{} s", nanoseconds / 100_000_000),
            (10..60, _) => format!("{seconds} s"),
            (60..3_600, _) => format!("{} min {} s", seconds / 60, seconds % 60),
            (3_600..86_400, _) => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
            _ => format!("{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_shown_in_the_unit_that_suits_it() {
        for (nanoseconds, expected) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (12_345, "12 µs"),
            (38_900_000, "38 ms"),
            (1_290_000_000, "1.2 s"),
            (59_900_000_000, "59 s"),
            (200_000_000_000, "3 min 20 s"),
            (7_500_000_000_000, "2 h 5 min"),
            (273_600_000_000_000, "3 d 4 h"),
        ] {
            assert_eq!(HumanDuration(Duration::from_nanos(nanoseconds)).to_string(), expected);
        }
        assert!(HumanDuration(Duration::MAX).to_string().ends_with(" h"));
    }
}
