//! Locals of this program that a request sets from the baggage that it has received.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::Arc;

use async_hooks_core::AsyncLocal;

use crate::baggage::baggage::Baggage;
use crate::current::registry::{Entry, Registry};

/// Runs the second argument with the local set to what the first one parses to.
type RunWith = dyn Fn(&str, &mut dyn FnMut()) + Send + Sync;

static IMPORTS: Registry<RunWith> = Registry::new();

impl Baggage {
    /// Sets a local in each request whose baggage has a value for it.
    ///
    /// The requests are those that [`RequestLayer`](crate::RequestLayer) serves.
    ///
    /// Call it once, at the start of the program. It is for the whole process; of two locals under one key the last one
    /// counts. A value that does not parse, or whose parsing panics, sets nothing. Nothing is set for requests of a
    /// [public endpoint](crate::RequestLayer::public_endpoint).
    ///
    /// A key that is no [token](https://www.rfc-editor.org/rfc/rfc7230#section-3.2.6) is reported on stderr, and ignored.
    ///
    /// OpenTelemetry: `propagation.getBaggage`, once for each value instead of once for each read.
    ///
    /// # Examples
    ///
    /// ```
    /// use async_hooks_core::AsyncLocal;
    /// use async_hooks_http::{Baggage, RequestLayer};
    /// use tower::{Layer as _, ServiceExt as _};
    /// # use std::convert::Infallible;
    /// # use http::{Request, Response};
    ///
    /// static TENANT: AsyncLocal<String> = AsyncLocal::new();
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// Baggage::import("tenant", &TENANT);
    /// let handler = tower::service_fn(async |_: Request<String>| {
    ///     assert_eq!(TENANT.get().as_deref().map(String::as_str), Some("acme"));
    ///     Ok::<_, Infallible>(Response::new(String::new()))
    /// });
    /// let request = Request::builder().header("baggage", "tenant=acme").body(String::new()).unwrap();
    /// RequestLayer::new().layer(handler).oneshot(request).await.unwrap();
    /// # }
    /// ```
    pub fn import<T: FromStr + Send + Sync + 'static>(key: &'static str, local: &'static AsyncLocal<T>) {
        let run_with = |text: &str, f: &mut dyn FnMut()| match parsed::<T>(text) {
            Some(value) => local.run(value, f),
            None => f(),
        };
        IMPORTS.add(key, Arc::new(run_with));
    }

    /// Whether a local may be set from these members.
    #[inline]
    pub(crate) fn may_be_imported(&self) -> bool {
        !self.is_empty() && IMPORTS.is_used()
    }

    /// Runs `f` with all imported locals set that these members have a value for.
    pub(crate) fn run_imported<R>(&self, f: impl Fn() -> R) -> R {
        let mut result = None;
        self.run_with_each(&IMPORTS.entries(), &mut || result = Some(f()));
        result.unwrap_or_else(f)
    }

    fn run_with_each(&self, imports: &[Entry<RunWith>], f: &mut dyn FnMut()) {
        let Some((import, rest)) = imports.split_first() else { return f() };
        match self.get(import.key) {
            Some(value) => (import.local)(value, &mut || self.run_with_each(rest, f)),
            None => self.run_with_each(rest, f),
        }
    }
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    catch_unwind(AssertUnwindSafe(|| text.parse().ok())).ok().flatten()
}
