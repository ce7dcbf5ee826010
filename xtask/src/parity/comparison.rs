//! Two texts, what differs between them, and whether that was meant.

use std::fmt;

use serde::Deserialize;
use similar::{ChangeTag, TextDiff};

/// A difference that is meant: the lines that only one side prints, and why.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct Deviation {
    pub(super) reason: String,
    #[serde(default)]
    node: Vec<String>,
    #[serde(default)]
    rust: Vec<String>,
}

/// From the best to the worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Status {
    Same,
    OnPurpose,
    Different,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Same => "same",
            Status::OnPurpose => "different on purpose",
            Status::Different => "DIFFERENT",
        })
    }
}

/// What both sides printed.
pub(super) struct Comparison {
    status: Status,
    reasons: Vec<String>,
    unexplained: String,
}

impl Comparison {
    /// Compares two outputs; the deviations must name every difference, in order, and no other.
    pub(super) fn new(node: &str, rust: &str, deviations: &[Deviation]) -> Self {
        let told = |lines: fn(&Deviation) -> &[String]| -> Vec<&str> {
            deviations.iter().flat_map(lines).map(String::as_str).collect()
        };
        let diff = TextDiff::from_lines(node, rust);
        let only = |tag| -> Vec<&str> {
            let changes = diff.iter_all_changes().filter(|change| change.tag() == tag);
            changes.map(|change| change.value().trim_end()).collect()
        };
        let explained = only(ChangeTag::Delete) == told(|deviation| &deviation.node)
            && only(ChangeTag::Insert) == told(|deviation| &deviation.rust);
        let status = match explained {
            true if deviations.is_empty() => Status::Same,
            true => Status::OnPurpose,
            false => Status::Different,
        };
        let reasons = deviations.iter().map(|deviation| deviation.reason.clone()).collect();
        Self { status, reasons, unexplained: self::diff(node, rust) }
    }

    pub(super) fn status(&self) -> Status {
        self.status
    }

    pub(super) fn reasons(&self) -> &[String] {
        match self.status {
            Status::OnPurpose => &self.reasons,
            Status::Same | Status::Different => &[],
        }
    }

    /// The difference to show where it is not the one that was meant.
    pub(super) fn unexplained(&self) -> &str {
        match self.unexplained.as_str() {
            "" => "nothing differs any more; delete deviations.toml\n",
            diff => diff,
        }
    }
}

/// As `diff -u` shows it.
pub(super) fn diff(before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after).unified_diff().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: &str = "init a\nbefore a\nafter a\n";
    const RUST: &str = "init a\nafter a\ndestroy a\n";

    #[test]
    fn equal_texts_are_the_same() {
        assert_eq!(Comparison::new(NODE, NODE, &[]).status(), Status::Same);
    }

    #[test]
    fn a_difference_that_is_listed_is_on_purpose() {
        let comparison = Comparison::new(NODE, RUST, &[told(&["before a"], &[]), told(&[], &["destroy a"])]);
        assert_eq!((comparison.status(), comparison.reasons().len()), (Status::OnPurpose, 2));
    }

    #[test]
    fn the_list_must_have_all_differences_and_nothing_else() {
        for deviations in [
            vec![],
            vec![told(&["before a"], &[])],
            vec![told(&["before a"], &["destroy b"])],
            vec![told(&["before a", "after a"], &["destroy a"])],
        ] {
            let comparison = Comparison::new(NODE, RUST, &deviations);
            assert_eq!(comparison.status(), Status::Different);
            assert!(comparison.unexplained().contains("-before a\n"), "{}", comparison.unexplained());
        }
    }

    #[test]
    fn a_deviation_that_is_gone_must_go() {
        let comparison = Comparison::new(NODE, NODE, &[told(&["before a"], &[])]);
        assert_eq!(comparison.status(), Status::Different);
        assert!(comparison.unexplained().contains("delete deviations.toml"));
    }

    fn told(node: &[&str], rust: &[&str]) -> Deviation {
        let owned = |lines: &[&str]| lines.iter().map(|line| line.to_string()).collect();
        Deviation { reason: "why".into(), node: owned(node), rust: owned(rust) }
    }
}
