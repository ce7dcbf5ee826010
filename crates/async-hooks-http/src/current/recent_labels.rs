//! The labels that this thread has handed out lately.

use std::cell::RefCell;
use std::sync::Arc;

/// Each label has one place where it can be.
type RecentLabels = [Option<Arc<str>>; PLACES];

const PLACES: usize = 8;

thread_local! {
    static RECENT: RefCell<RecentLabels> = const { RefCell::new([const { None }; PLACES]) };
}

/// The label as a text that requests to the same path share.
///
/// A service has few paths, so most requests allocate none. A thread that ends, and an allocator that asks for a label meanwhile,
/// get a text of their own. That the bytes are a text is tested only where they are new.
pub(super) fn text_of(label: &[u8]) -> Arc<str> {
    let of_thread = RECENT.try_with(|recent| {
        let mut recent = recent.try_borrow_mut().ok()?;
        let place = recent.get_mut(place_of(label))?;
        match place {
            Some(recent) if recent.as_bytes() == label => Some(Arc::clone(recent)),
            _ => Some(Arc::clone(place.insert(new_text(label)))),
        }
    });
    of_thread.ok().flatten().unwrap_or_else(|| new_text(label))
}

fn new_text(label: &[u8]) -> Arc<str> {
    std::str::from_utf8(label).unwrap_or_default().into()
}

/// Labels mostly differ in their length or at their end.
fn place_of(label: &[u8]) -> usize {
    let last = label.last().copied().unwrap_or_default();
    (label.len() ^ usize::from(last)) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_labels_share_a_text_and_others_do_not() {
        let labels = ["GET /", "GET /orders", "GET /"].map(|label| text_of(label.as_bytes()));
        assert!(Arc::ptr_eq(&labels[0], &labels[2]));
        assert_eq!(labels.map(|label| label.to_string()), ["GET /", "GET /orders", "GET /"]);
    }

    #[test]
    fn labels_in_one_place_replace_each_other() {
        assert_eq!(place_of(b"GET /ab"), place_of(b"GET /bb"));
        let labels = ["GET /ab", "GET /bb", "GET /ab", ""].map(|label| text_of(label.as_bytes()).to_string());
        assert_eq!(labels, ["GET /ab", "GET /bb", "GET /ab", ""]);
    }
}
