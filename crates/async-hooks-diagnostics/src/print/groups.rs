//! The groups of a report: a row each, and what stands below it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use async_hooks_core::Location;
use async_hooks_core::runtime::dependency;
use async_hooks_tools::Escaped;

use crate::print::columns::{Cell, Columns};
use crate::print::count::{Counted, Grouped};
use crate::print::palette::{Painted, Palette};

/// What a report counts together: resources of one kind, created at one line.
pub(crate) trait Group {
    /// The number of its resources.
    fn size(&self) -> usize;

    /// The kind of its resources.
    fn kind(&self) -> &'static str;

    /// The line that created them.
    fn place(&self) -> Location;

    /// Its row; a report aligns the rows of all groups.
    fn row(&self, palette: &Palette) -> Vec<Cell>;

    /// Writes the lines below its row, `indent` blanks to the right.
    fn write_below(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize) -> fmt::Result;
}

/// The number of groups that are printed; the largest come first.
const MAX_GROUPS: usize = 100;

/// The number of dependencies that are printed.
const MAX_CRATES: usize = 20;

/// Writes the program's own groups, and below them a line for each dependency.
pub(crate) fn write_groups<G: Group>(f: &mut fmt::Formatter<'_>, palette: &Palette, groups: &[G]) -> fmt::Result {
    let is_own = |group: &&G| dependency(group.place().file()).is_none();
    let (own, others): (Vec<&G>, Vec<&G>) = groups.iter().partition(is_own);
    write_in_full(f, palette, &own)?;
    write_dependencies(f, palette, &others)
}

/// Writes the groups, each behind an empty line, and how many are left out.
pub(crate) fn write_in_full<G: Group>(f: &mut fmt::Formatter<'_>, palette: &Palette, groups: &[&G]) -> fmt::Result {
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

/// The resources that one dependency has created, by kind.
type Kinds = BTreeMap<&'static str, usize>;

fn write_dependencies<G: Group>(f: &mut fmt::Formatter<'_>, palette: &Palette, groups: &[&G]) -> fmt::Result {
    let mut crates = BTreeMap::<&str, Kinds>::new();
    for group in groups {
        let name = dependency(group.place().file()).unwrap_or_default();
        *crates.entry(name).or_default().entry(group.kind()).or_default() += group.size();
    }
    if crates.is_empty() {
        return Ok(());
    }
    let total = |kinds: &Kinds| kinds.values().sum::<usize>();
    let mut crates = Vec::from_iter(crates);
    crates.sort_by_key(|(_, kinds)| Reverse(total(kinds)));
    writeln!(f, "\n{}", Painted(palette.heading, "created by dependencies"))?;
    let mut columns = Columns::default();
    for (name, kinds) in crates.iter().take(MAX_CRATES) {
        let kinds_in_words = kinds.iter().map(|(kind, count)| format!("{} {}", Grouped(*count), Escaped(kind)));
        columns.push(vec![
            Cell::number(palette.count, Grouped(total(kinds))),
            Cell::text(palette.place, Escaped(name)),
            Cell::text(palette.kind, Vec::from_iter(kinds_in_words.take(KINDS)).join(", ")),
        ]);
    }
    columns.lines().try_for_each(|line| writeln!(f, "  {line}"))?;
    match crates.len().saturating_sub(MAX_CRATES) {
        0 => Ok(()),
        more => writeln!(f, "  … and {more} more crates"),
    }
}

/// The number of kinds that are named of a dependency.
const KINDS: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::palette::PLAIN;
    use async_hooks_core::runtime::{Site, location};

    static OWN: Site = Site { file: "src/main.rs", line: 1, column: 1 };
    static HYPER: Site = Site { file: "/cargo/registry/src/index/hyper-1.12.0/src/server.rs", line: 7, column: 1 };
    static POOL: Site = Site { file: "/cargo/registry/src/index/pool-0.3.1/src/lib.rs", line: 9, column: 1 };

    struct Numbered(usize, &'static Site);

    impl Group for Numbered {
        fn size(&self) -> usize {
            self.0
        }

        fn kind(&self) -> &'static str {
            "numbered"
        }

        fn place(&self) -> Location {
            location(self.1)
        }

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
        let all = |count| All((0..count).map(|number| Numbered(number, &OWN)).collect()).to_string();
        assert_eq!(all(2), "\n  0\n     below\n\n  1\n     below\n");
        assert!(!all(MAX_GROUPS).contains('…'));
        let text = all(MAX_GROUPS + 12);
        assert!(text.ends_with("below\n\n  … and 12 groups that are not printed\n"), "{text}");
        assert_eq!(text.matches("below").count(), MAX_GROUPS);
    }

    #[test]
    fn groups_of_dependencies_are_one_line_for_each_crate_below_the_programs_own() {
        let groups = [Numbered(9, &HYPER), Numbered(40, &POOL), Numbered(3, &OWN), Numbered(2, &HYPER)];
        let expected = "\n  3\n     below\n\ncreated by dependencies\n  40  pool-0.3.1    40 numbered\n  11  hyper-1.12.0  11 numbered\n";
        assert_eq!(All(groups.into()).to_string(), expected);
    }
}
