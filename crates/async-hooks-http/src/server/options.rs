//! The options of a layer.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use http::HeaderName;

#[derive(Clone)]
pub(super) struct Options {
    pub(super) location: &'static Location<'static>,
    pub(super) is_public: bool,
    pub(super) sample_new: Option<SampleNew>,
    pub(super) request_id_header: HeaderName,
}

pub(super) type SampleNew = Arc<dyn Fn() -> bool + Send + Sync>;

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("is_public", &self.is_public)
            .field("request_id_header", &self.request_id_header)
            .finish_non_exhaustive()
    }
}
