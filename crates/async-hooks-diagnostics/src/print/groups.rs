//! The groups of a report: a row each, and what stands below it.

use std::fmt;

use crate::print::columns::{Cell, Columns};
use crate::print::count::Counted;
use crate::print::palette::Palette;

/// What a report counts together.
pub(crate) trait Group {
    /// Its row; a report aligns the rows of all groups.
    fn row(&self, palette: &Palette) -> Vec<Cell>;

    /// Writes the lines below its row, `indent` blanks to the right.
    fn write_below(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize) -> fmt::Result;
}

/// The number of groups that are printed; the largest come first.
const MAX_GROUPS: usize = 100;

/// Writes the groups, each behind an empty line, and how many are left out.
pub(crate) fn write_groups<G: Group>(f: &mut fmt::Formatter<'_>, palette: &Palette, groups: &[G]) -> fmt::Result {
    let (shown, rest) = groups.split_at(groups.len().min(MAX_GROUPS));
    let mut columns = Columns::default();
    shown.iter().for_each(|group| columns.push(group.row(palette)));
    let indent = columns.start_of(1) + 2;
    for (group, line) in shown.iter().zip(columns.lines()) {
        writeln!(f, "\n  {line}")?;
        group.write_below(f, palette, indent)?;
    }
    match rest.len() {
        0 => Ok(()),
        more => writeln!(f, "\n  … and {} that are not printed", Counted(more, "group")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::palette::PLAIN;

    struct Numbered(usize);

    impl Group for Numbered {
        fn row(&self, palette: &Palette) -> Vec<Cell> {
            vec![Cell::number(palette.count, self.0)]
        }

        fn write_below(&self, f: &mut fmt::Formatter<'_>, _: &Palette, indent: usize) -> fmt::Result {
            writeln!(f, "{:indent$}below", "")
        }
    }

    struct All(Vec<Numbered>);

    impl fmt::Display for All {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_groups(f, &PLAIN, &self.0)
        }
    }

    #[test]
    fn very_many_groups_are_cut_and_the_rest_is_counted() {
        let all = |count| All((0..count).map(Numbered).collect()).to_string();
        assert_eq!(all(2), "\n  0\n     below\n\n  1\n     below\n");
        assert!(!all(MAX_GROUPS).contains('…'));
        let text = all(MAX_GROUPS + 12);
        assert!(text.ends_with("below\n\n  … and 12 groups that are not printed\n"), "{text}");
        assert_eq!(text.matches("below").count(), MAX_GROUPS);
    }
}
