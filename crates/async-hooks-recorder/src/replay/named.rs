//! A resource as it is named in a text.

use std::fmt;
use std::sync::Arc;

use async_hooks_core::AsyncId;
use async_hooks_tools::Escaped;

use crate::model::lifetime::Lifetime;

/// Displays as `tokio::task 12  src/main.rs:20:5  "GET /orders/21"`, on one line.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    id: AsyncId,
    kind: Box<str>,
    place: Box<str>,
    label: Option<Arc<str>>,
}

impl Named {
    pub(crate) fn of(life: &Lifetime) -> Named {
        Named {
            id: life.async_id,
            kind: life.kind().into(),
            place: format!("{}:{}:{}", life.file(), life.line(), life.column()).into(),
            label: life.label.clone(),
        }
    }

    /// The kind and the id alone.
    pub(crate) fn short(&self) -> impl fmt::Display + '_ {
        struct Short<'a>(&'a Named);
        impl fmt::Display for Short<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} {}", Escaped(&self.0.kind), self.0.id)
            }
        }
        Short(self)
    }

    pub(crate) fn place(&self) -> impl fmt::Display + '_ {
        Escaped(&self.place)
    }

    pub(crate) fn label(&self) -> Option<impl fmt::Display + '_> {
        self.label.as_deref().map(Escaped)
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.short(), self.place())?;
        match self.label() {
            Some(label) => write!(f, "  \"{label}\""),
            None => Ok(()),
        }
    }
}

/// Displays as `tokio::task 12  src/main.rs:20:5  "GET /orders/21"`, on one line.
///
/// Its texts are escaped and cut.
impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Named::of(self))
    }
}
