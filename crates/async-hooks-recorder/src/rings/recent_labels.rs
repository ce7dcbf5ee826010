//! The labels that a thread has used lately.

use std::sync::Arc;

/// Shares one text among resources with equal labels.
///
/// What a request creates has the label of the request, and a thread serves several requests in turn.
pub(crate) struct RecentLabels([Option<Arc<str>>; 8]);

impl RecentLabels {
    pub(crate) const fn new() -> RecentLabels {
        RecentLabels([const { None }; 8])
    }

    #[inline]
    pub(crate) fn shared(&mut self, label: &str) -> Arc<str> {
        let slot = &mut self.0[slot_of(label)];
        match slot {
            Some(recent) if **recent == *label => Arc::clone(recent),
            _ => Arc::clone(slot.insert(label.into())),
        }
    }
}

/// The only place where a label can be. Labels mostly differ in their length or at their end.
#[inline]
fn slot_of(label: &str) -> usize {
    let last = label.as_bytes().last().copied().unwrap_or_default();
    (label.len() ^ usize::from(last)) % 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_labels_share_a_text_and_others_do_not() {
        let mut recent = RecentLabels::new();
        let labels = ["GET /", "GET /", "GET /orders", "GET /"].map(|label| recent.shared(label));
        assert!(Arc::ptr_eq(&labels[0], &labels[1]) && Arc::ptr_eq(&labels[0], &labels[3]));
        assert_eq!(labels.map(|label| label.to_string()), ["GET /", "GET /", "GET /orders", "GET /"]);
    }

    #[test]
    fn labels_in_the_same_place_replace_each_other() {
        let mut recent = RecentLabels::new();
        assert_eq!(slot_of("GET /ab"), slot_of("GET /bb"));
        let labels = ["GET /ab", "GET /bb", "GET /ab", ""].map(|label| recent.shared(label).to_string());
        assert_eq!(labels, ["GET /ab", "GET /bb", "GET /ab", ""]);
    }
}
