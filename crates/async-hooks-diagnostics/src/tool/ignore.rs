//! What a report leaves out because the program said so.

use async_hooks_core::{Location, Resource};

/// Rules by kind, by location and by label.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ignore {
    kinds: Vec<String>,
    locations: Vec<String>,
    labels: Vec<String>,
}

impl Ignore {
    pub(crate) fn kind(&mut self, kind: &str) {
        self.kinds.push(kind.to_owned());
    }

    /// Ignores an empty text, which is part of every location.
    pub(crate) fn location(&mut self, part: &str) {
        self.locations.extend((!part.is_empty()).then(|| part.to_owned()));
    }

    pub(crate) fn label(&mut self, label: &str) {
        self.labels.push(label.to_owned());
    }

    /// Whether there is no rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.locations.is_empty() && self.labels.is_empty()
    }

    pub(crate) fn is_ignored(&self, resource: &Resource) -> bool {
        self.kinds.iter().any(|kind| kind == resource.kind()) || self.is_ignored_location(resource.location())
    }

    pub(crate) fn is_ignored_label(&self, label: &str) -> bool {
        self.labels.iter().any(|ignored| ignored == label)
    }

    fn is_ignored_location(&self, location: Location) -> bool {
        if self.locations.is_empty() {
            return false;
        }
        let location = location.to_string();
        self.locations.iter().any(|part| contains(&location, part))
    }
}

/// Whether the location contains `part` and no number goes on behind it.
///
/// Line 1 is not line 12.
fn contains(location: &str, part: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let ends_well = |at: usize| !part.ends_with(is_digit) || !location[at + part.len()..].starts_with(is_digit);
    location.match_indices(part).any(|(at, _)| ends_well(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_ignored_by_any_part_that_keeps_numbers_whole() {
        let location = "crates/pool/src/worker.rs:12:5";
        for part in ["crates/pool", "worker.rs", "src/worker.rs:12", "worker.rs:12:5", location] {
            assert!(contains(location, part), "{part}");
        }
        for part in ["worker.rs:1", "worker.rs:12:5:", "worker.rs:13", "crates/other"] {
            assert!(!contains(location, part), "{part}");
        }
    }

    #[test]
    fn an_empty_rule_ignores_nothing() {
        let mut ignore = Ignore::default();
        ignore.location("");
        let query = async_hooks_core::AsyncResource::new("query").resource();
        assert!(!ignore.is_ignored(&query));
        ignore.kind("query");
        assert!(ignore.is_ignored(&query));
    }
}
