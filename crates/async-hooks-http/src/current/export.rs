//! Locals of this program that calls carry as baggage.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use async_hooks_core::AsyncLocal;

use crate::baggage::baggage::Baggage;
use crate::baggage::list::List;
use crate::current::flow::{FLOW, Flow};
use crate::current::registry::Registry;

type Read = dyn Fn() -> Option<String> + Send + Sync;

static EXPORTS: Registry<Read> = Registry::new();

impl Baggage {
    /// Sends the value of a local along with each call, wherever the local is set.
    ///
    /// Call it once, at the start of the program. It is for the whole process; of two locals under one key the last one
    /// counts. Where the local is set, it replaces a member that was received under the same key; where it is not set,
    /// such a member is passed on as it is. Nothing that is not exported leaves the program.
    ///
    /// A key that is no [token](https://www.rfc-editor.org/rfc/rfc7230#section-3.2.6) is reported on stderr, and ignored.
    /// A value whose `Display` panics is left out.
    ///
    /// OpenTelemetry: `propagation.setBaggage`, once for each value instead of once for each call.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use async_hooks_http::{Baggage, inject};
    ///
    /// static TENANT: AsyncLocal<String> = AsyncLocal::new();
    ///
    /// Baggage::export("tenant", &TENANT);
    /// let mut headers = http::HeaderMap::new();
    /// TENANT.run("acme & co".to_owned(), || inject(&mut headers));
    /// assert_eq!(headers["baggage"], "tenant=acme%20&%20co");
    /// ```
    pub fn export<T: Display + Send + Sync + 'static>(key: &'static str, local: &'static AsyncLocal<T>) {
        let read = || local.with(|value| value.map(ToString::to_string));
        EXPORTS.add(key, Arc::new(move || catch_unwind(AssertUnwindSafe(read)).ok().flatten()));
    }

    /// Returns the baggage that a call from here carries.
    ///
    /// It has the exported locals that are set, then what the request has received. Empty outside a request if no exported local is set.
    ///
    /// OpenTelemetry: `propagation.getActiveBaggage`.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use async_hooks_http::Baggage;
    ///
    /// static FLAGS: AsyncLocal<&str> = AsyncLocal::new();
    ///
    /// Baggage::export("flags", &FLAGS);
    /// assert_eq!(Baggage::current().get("flags"), None);
    /// FLAGS.run("new checkout", || assert_eq!(Baggage::current().get("flags"), Some("new checkout")));
    /// ```
    #[must_use]
    pub fn current() -> Self {
        FLOW.with(Self::sent_from)
    }

    pub(crate) fn sent_from(flow: Option<&Flow>) -> Self {
        let received = flow.and_then(Flow::request).map(|request| &request.baggage);
        if !EXPORTS.is_used() {
            return received.cloned().unwrap_or_default();
        }
        let mut own = List::default();
        for export in EXPORTS.entries() {
            if let Some(value) = (export.local)() {
                own.add_encoded(export.key, &value);
            }
        }
        received.map_or_else(Baggage::default, Baggage::clone).behind(own)
    }
}
