//! Time on the horizontal axis of a picture, and bars on it.

use std::fmt::{self, Write as _};

use crate::time::time_range::TimeRange;
use crate::time::timestamp::Timestamp;

/// A picture is this wide, whatever the width on the screen.
pub(crate) const WIDTH: f64 = 1000.0;

/// From moments to places in a picture.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    range: TimeRange,
    per_nano: f64,
}

impl Scale {
    pub(crate) fn new(range: TimeRange) -> Scale {
        Scale { range, per_nano: WIDTH / (range.duration().as_nanos() as f64).max(1.0) }
    }

    /// Where a moment is; what lies outside is at the border.
    pub(crate) fn x(&self, at: Timestamp) -> f64 {
        let at = at.clamp(self.range.start(), self.range.end());
        (at - self.range.start()).as_nanos() as f64 * self.per_nano
    }

    /// Where a stretch begins, and its width; `None` if it lies outside.
    pub(crate) fn stretch(&self, from: Timestamp, to: Timestamp) -> Option<(f64, f64)> {
        let is_outside = to < self.range.start() || from > self.range.end();
        let (start, end) = (self.x(from), self.x(to));
        (!is_outside).then_some((start, end - start))
    }

    pub(crate) fn nanos(&self) -> u128 {
        self.range.duration().as_nanos()
    }
}

/// Displays a coordinate with at most two decimals.
pub(crate) struct Coordinate(pub(crate) f64);

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// The bars of one colour: a path in SVG, which takes less room than a rectangle each.
#[derive(Default)]
pub(crate) struct Bars(String);

impl Bars {
    pub(crate) fn push(&mut self, (x, width): (f64, f64), y: usize, height: usize) {
        let (x, width) = (Coordinate(x), Coordinate(width));
        // Writing into a text does not fail.
        let _ = write!(self.0, "M{x} {y}h{width}v{height}h-{width}z");
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn path(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_fills_the_width_and_an_empty_one_divides_nothing() {
        let at = Timestamp::from_unix_nanos;
        let scale = Scale::new(TimeRange::new(at(100), at(300)));
        assert_eq!([50, 100, 150, 300, 400].map(|moment| scale.x(at(moment))), [0.0, 0.0, 250.0, 1000.0, 1000.0]);
        assert_eq!((scale.stretch(at(1), at(2)), scale.stretch(at(50), at(200))), (None, Some((0.0, 500.0))));
        assert_eq!(Scale::new(TimeRange::new(at(7), at(7))).x(at(7)), 0.0);
    }

    #[test]
    fn coordinates_are_short() {
        let shown = [0.0, 1000.0, 0.125, 12.5].map(|number| Coordinate(number).to_string());
        assert_eq!(shown, ["0", "1000", "0.12", "12.5"]);
    }
}
