//! Where resources of one kind are created.

use crate::model::text::Text;

/// A kind, and the place in the source that creates resources of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Site {
    pub(crate) kind: Text,
    pub(crate) file: Text,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Site {
    /// The site of a resource of which only the id is known.
    pub(crate) fn unknown() -> Site {
        Site { kind: Text::Static("unknown"), file: Text::Static("<unknown>"), line: 0, column: 0 }
    }
}
