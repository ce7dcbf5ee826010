//! The kinds of resources that are roots of traces.

/// What `RequestLayer` makes.
pub(crate) const REQUEST: &str = "http::request";

/// What `ClientLayer` makes.
pub(crate) const CLIENT: &str = "http::client";

/// The kinds beside [`REQUEST`].
#[derive(Clone, Debug, Default)]
pub(crate) struct RootKinds(pub(crate) Vec<&'static str>);

impl RootKinds {
    pub(crate) fn contains(&self, kind: &str) -> bool {
        kind == REQUEST || self.is_further(kind)
    }

    pub(crate) fn is_further(&self, kind: &str) -> bool {
        self.0.contains(&kind)
    }
}
