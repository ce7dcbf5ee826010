//! A text of a recording: kind, place, or name.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A static text of this program, or one that was read from a file.
///
/// A static one costs nothing to keep.
#[derive(Clone)]
pub(crate) enum Text {
    Static(&'static str),
    Read(Arc<str>),
}

impl Text {
    /// For code that keeps it longer than the recording.
    pub(crate) fn to_cow(&self) -> Cow<'static, str> {
        match self {
            Text::Static(text) => Cow::Borrowed(text),
            Text::Read(text) => Cow::Owned(text.to_string()),
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Static(text) => text,
            Text::Read(text) => text,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::Read(text.into())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        str::hash(self, state);
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
