//! Numbers as people write them.

use std::fmt;

/// Displays as `1 task`, `2 tasks`, `12,345 tasks`.
pub(crate) struct Counted<'a>(pub(crate) usize, pub(crate) &'a str);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counted(count, noun) = self;
        write!(f, "{} {noun}{}", Grouped(*count), if *count == 1 { "" } else { "s" })
    }
}

/// Displays as `1,234,567`.
pub(crate) struct Grouped(pub(crate) usize);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let first = digits.len() % 3;
        let separate = |(at, digit): (usize, char)| {
            let is_start = at > 0 && at % 3 == first % 3;
            is_start.then_some(',').into_iter().chain([digit])
        };
        f.pad(&digits.chars().enumerate().flat_map(separate).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let grouped = [0, 12, 123, 1_234, 12_345, 123_456, 1_234_567].map(|number| Grouped(number).to_string());
        assert_eq!(grouped, ["0", "12", "123", "1,234", "12,345", "123,456", "1,234,567"]);
        assert_eq!(Counted(1, "leak").to_string(), "1 leak");
        assert_eq!(Counted(0, "leak").to_string(), "0 leaks");
    }
}
