//! Numbers as people read them: three digits that count.

/// `0.63`, `14.2`, `489`, `1 735`.
pub(super) fn short(number: f64) -> String {
    let digits = match number.abs() {
        size if size < 0.005 => return "0".to_owned(),
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    grouped(&format!("{number:.digits$}"))
}

/// Instructions: whole, unless there are very few.
pub(super) fn whole(number: f64) -> String {
    grouped(&format!("{:.0}", number))
}

/// As it is, for an axis.
pub(super) fn plain(number: f64) -> String {
    grouped(&number.to_string())
}

/// Bytes in the largest unit that fits.
pub(super) fn bytes(number: f64) -> String {
    const KIB: f64 = 1024.0;
    match number.abs() {
        size if size >= KIB * KIB => format!("{} MiB", short(number / KIB / KIB)),
        size if size >= 8.0 * KIB => format!("{} KiB", short(number / KIB)),
        _ => format!("{} bytes", whole(number)),
    }
}

/// Thousands stand apart, by a blank that does not break.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    fraction.map_or_else(|| format!("{sign}{grouped}"), |fraction| format!("{sign}{grouped}.{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_count() {
        let numbers = [0.001, 0.63, 9.999, 14.24, 489.3, 1735.4, 1_234_567.0, -2.5];
        let expected = ["0", "0.63", "10.0", "14.2", "489", "1\u{a0}735", "1\u{a0}234\u{a0}567", "-2.50"];
        assert_eq!(numbers.map(short), expected);
    }

    #[test]
    fn bytes_have_the_largest_unit_that_fits() {
        assert_eq!([80.0, 8.0 * 1024.0, 1_572_864.0].map(bytes), ["80 bytes", "8.00 KiB", "1.50 MiB"]);
    }
}
