//! A closure of the program that labels resources.

use std::fmt;
use std::sync::Arc;

use crate::recorder::contained::Contained;
use crate::text::escaped::bounded;

/// Labels each resource when it is created: the path of the request, for example.
///
/// It runs in `init`, inside the creator, and so reads the creator's locals. If it panics, there are no labels from then on.
#[derive(Clone)]
pub(crate) struct Labeller {
    label: Arc<dyn Fn() -> Option<String> + Send + Sync>,
    contained: Contained,
}

impl Labeller {
    pub(crate) fn new<V: fmt::Display>(label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Labeller {
        let label = Arc::new(move || label().map(|label| bounded(&label)));
        Labeller { label, contained: Contained::new("a label") }
    }

    /// The label of what is created here, cut if it is long.
    pub(crate) fn label(&self) -> Option<Box<str>> {
        self.contained.run(|| (self.label)()).flatten().map(Box::from)
    }
}

impl fmt::Debug for Labeller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Labeller").field("contained", &self.contained).finish_non_exhaustive()
    }
}
