//! Numbers as people read them.

use async_hooks_tools::HumanDuration;

use std::fmt;
use std::time::Duration;

/// Displays as `1 234 567`, with narrow spaces that do not break.
#[derive(Clone, Copy)]
pub(crate) struct Count(pub(crate) u64);

impl Count {
    pub(crate) fn of(number: usize) -> Count {
        Count(number as u64)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (place, digit) in digits.char_indices() {
            if place > 0 && (digits.len() - place) % 3 == 0 {
                f.write_str("\u{202f}")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// Displays a duration with three digits: `532 ns`, `1.06 ms`, `38.2 ms`, `3 min 20 s`.
#[derive(Clone, Copy)]
pub(crate) struct Time(pub(crate) Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos() as f64;
        let (number, unit) = match self.0.as_nanos() {
            0..1_000 => return write!(f, "{nanos} ns"),
            1_000..999_500 => (nanos / 1e3, "µs"),
            999_500..999_500_000 => (nanos / 1e6, "ms"),
            999_500_000..60_000_000_000 => (nanos / 1e9, "s"),
            _ => return write!(f, "{}", HumanDuration(self.0)),
        };
        let decimals = if number < 9.995 {
            2
        } else if number < 99.95 {
            1
        } else {
            0
        };
        write!(f, "{number:.decimals$} {unit}")
    }
}

/// Displays a part of a whole as `38 %`, a small one as `< 1 %`.
pub(crate) struct Share(pub(crate) Duration, pub(crate) Duration);

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * self.0.as_secs_f64() / self.1.as_secs_f64().max(f64::MIN_POSITIVE);
        match self.0.is_zero() || percent >= 1.0 {
            true => write!(f, "{:.0} %", percent.min(100.0)),
            false => f.write_str("< 1 %"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let shown = [0, 999, 1_000, 1_234_567].map(|number| Count(number).to_string());
        assert_eq!(shown, ["0", "999", "1\u{202f}000", "1\u{202f}234\u{202f}567"]);
    }

    #[test]
    fn a_duration_has_three_digits() {
        for (nanos, expected) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_064, "1.06 µs"),
            (38_240_000, "38.2 ms"),
            (99_960_000, "100 ms"),
            (999_700_000, "1.00 s"),
            (200_000_000_000, "3 min 20 s"),
        ] {
            assert_eq!(Time(Duration::from_nanos(nanos)).to_string(), expected);
        }
    }

    #[test]
    fn a_share_of_nothing_is_nothing() {
        let share = |part, whole| Share(Duration::from_millis(part), Duration::from_millis(whole)).to_string();
        assert_eq!([share(0, 0), share(1, 1_000), share(38, 100), share(5, 5)], ["0 %", "< 1 %", "38 %", "100 %"]);
    }
}
