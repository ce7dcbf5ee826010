//! How many resources of a group have which label.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_hooks_tools::Escaped;

use crate::print::count::Grouped;
use crate::print::palette::Palette;

/// Counts labels, up to a number of different ones.
///
/// Resources with any other label are counted together.
#[derive(Clone, Debug, Default)]
pub(crate) struct LabelCounts {
    counts: BTreeMap<Arc<str>, usize>,
    others: usize,
}

/// The number of different labels that are counted one by one.
pub(crate) const MAX_LABELS: usize = 32;

impl LabelCounts {
    pub(crate) fn add(&mut self, label: &Arc<str>) {
        let has_room = self.counts.len() < MAX_LABELS;
        match self.counts.get_mut(label) {
            Some(count) => *count += 1,
            None if has_room => {
                self.counts.insert(Arc::clone(label), 1);
            }
            None => self.others += 1,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        self.counts.iter().map(|(label, count)| (&**label, *count))
    }

    /// How many resources have a label that is not counted by itself.
    pub(crate) fn others(&self) -> usize {
        self.others
    }

    /// Writes a line for each label, `indent` blanks to the right.
    pub(crate) fn write(&self, f: &mut fmt::Formatter<'_>, palette: &Palette, indent: usize) -> fmt::Result {
        let faint = palette.faint;
        for (label, count) in self.iter() {
            writeln!(f, "{:indent$}{faint}label{faint:#} {} {faint}× {count}{faint:#}", "", Escaped(label))?;
        }
        match self.others {
            0 => Ok(()),
            others => writeln!(f, "{:indent$}{faint}label{faint:#} another, for {} more", "", Grouped(others)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_many_different_labels_take_bounded_memory_and_all_are_counted() {
        let mut counts = LabelCounts::default();
        for number in 0..100_000 {
            counts.add(&Arc::from(format!("label {number}")));
            counts.add(&Arc::from("label 0"));
        }
        assert_eq!(counts.iter().count(), MAX_LABELS);
        assert_eq!(counts.iter().next(), Some(("label 0", 100_001)));
        assert_eq!(counts.others(), 100_000 - MAX_LABELS);
    }
}
