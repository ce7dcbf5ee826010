//! A closure of the program that receives reports.

use async_hooks_tools::Contained;

use std::fmt;
use std::sync::Arc;

/// Receives reports on whichever thread they arise. If it panics, it is not called again.
pub(crate) struct Callback<R> {
    call: Arc<dyn Fn(&R) + Send + Sync>,
    contained: Contained,
}

impl<R> Callback<R> {
    pub(crate) fn new(call: impl Fn(&R) + Send + Sync + 'static) -> Callback<R> {
        Callback { call: Arc::new(call), contained: Contained::new("a callback for reports") }
    }

    pub(crate) fn call(&self, report: &R) {
        self.contained.run(|| (self.call)(report));
    }
}

impl<R> Clone for Callback<R> {
    fn clone(&self) -> Self {
        Callback { call: Arc::clone(&self.call), contained: self.contained.clone() }
    }
}

impl<R> fmt::Debug for Callback<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("contained", &self.contained).finish_non_exhaustive()
    }
}
