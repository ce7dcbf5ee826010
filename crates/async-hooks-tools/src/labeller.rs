//! A closure of the program that labels resources.

use std::fmt;
use std::sync::Arc;

use crate::contained::Contained;
use crate::escaped::bounded;

/// Labels each resource when it is created: the path of the request, for example.
///
/// It runs in `init`, inside the creator, and so reads the creator's locals. If it panics, there are no labels from then on.
///
/// ```
/// use async_hooks_core::AsyncLocal;
/// use async_hooks_tools::Labeller;
///
/// static PATH: AsyncLocal<&str> = AsyncLocal::new();
///
/// let labeller = Labeller::new(|| PATH.get());
/// assert_eq!(PATH.run("/orders", || labeller.label()).as_deref(), Some("/orders"));
/// assert_eq!(labeller.label(), None);
/// ```
#[derive(Clone)]
pub struct Labeller {
    label: Arc<dyn Fn() -> Option<String> + Send + Sync>,
    contained: Contained,
}

impl Labeller {
    /// A labeller that asks `label`, which has none for some resources.
    pub fn new<V: fmt::Display>(label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Labeller {
        let label = Arc::new(move || label().map(|label| bounded(&label)));
        Labeller { label, contained: Contained::new("a label") }
    }

    /// The label of what is created here, cut if it is long.
    #[must_use]
    pub fn label(&self) -> Option<String> {
        self.contained.run(|| (self.label)()).flatten()
    }
}

impl fmt::Debug for Labeller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Labeller").field("contained", &self.contained).finish_non_exhaustive()
    }
}
