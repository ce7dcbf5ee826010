//! A closure of the program that labels resources.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use crate::contained::Contained;
use crate::escaped::write_bounded;

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
    /// Writes the label into an empty text; returns whether there is one.
    write: Arc<dyn Fn(&mut String) -> bool + Send + Sync>,
    contained: Contained,
}

thread_local! {
    /// Where labels are written that are only read.
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Labeller {
    /// A labeller that asks `label`, which has none for some resources.
    pub fn new<V: fmt::Display>(label: impl Fn() -> Option<V> + Send + Sync + 'static) -> Labeller {
        let write = move |text: &mut String| label().map(|label| write_bounded(&label, text)).is_some();
        Labeller { write: Arc::new(write), contained: Contained::new("a label") }
    }

    /// The label of what is created here, cut if it is long.
    #[must_use]
    pub fn label(&self) -> Option<String> {
        let mut text = String::new();
        self.write(&mut text).then_some(text)
    }

    /// Calls `read` with the label of what is created here.
    ///
    /// For a reader that does not keep a text of its own: the text is in memory that the thread uses again.
    ///
    /// ```
    /// use async_hooks_tools::Labeller;
    ///
    /// let labeller = Labeller::new(|| Some("GET /orders"));
    /// assert_eq!(labeller.read(|label| label.map(str::len)), Some(11));
    /// ```
    pub fn read<R>(&self, read: impl FnOnce(Option<&str>) -> R) -> R {
        // A label that is read inside of another, and one on a thread that ends, has a text of its own.
        let kept = TEXT.try_with(RefCell::take).unwrap_or_default();
        let mut text = kept;
        text.clear();
        let is_labelled = self.write(&mut text);
        let result = read(is_labelled.then_some(&*text));
        let _ = TEXT.try_with(|kept| kept.replace(text));
        result
    }

    fn write(&self, text: &mut String) -> bool {
        self.contained.run(|| (self.write)(text)).unwrap_or(false)
    }
}

impl fmt::Debug for Labeller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Labeller").field("contained", &self.contained).finish_non_exhaustive()
    }
}
