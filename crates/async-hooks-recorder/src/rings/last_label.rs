//! The label that a thread has used last.

use std::sync::Arc;

/// Shares one text among resources with equal labels.
///
/// Most of what a request creates has the label of the request, and is created right after it.
pub(crate) struct LastLabel(Option<Arc<str>>);

impl LastLabel {
    pub(crate) const fn new() -> LastLabel {
        LastLabel(None)
    }

    #[inline]
    pub(crate) fn shared(&mut self, label: &str) -> Arc<str> {
        match &self.0 {
            Some(last) if **last == *label => Arc::clone(last),
            _ => Arc::clone(self.0.insert(label.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_labels_share_a_text_and_others_do_not() {
        let mut last = LastLabel::new();
        let labels = ["GET /", "GET /", "GET /orders", "GET /"].map(|label| last.shared(label));
        assert!(Arc::ptr_eq(&labels[0], &labels[1]));
        assert_eq!(labels.map(|label| label.to_string()), ["GET /", "GET /", "GET /orders", "GET /"]);
    }
}
