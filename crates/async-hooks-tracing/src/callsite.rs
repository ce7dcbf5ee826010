//! What all the spans of one `span!` in the source have in common.

use std::cell::RefCell;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr;

use async_hooks_core::Location;
use async_hooks_core::runtime::{self, Site};
use tracing_core::Metadata;
use tracing_core::span::Attributes;

use crate::interner::{Seen, Shared, intern};
use crate::tokio_spans::{Described, SpanRole, TokioSpan};

/// Kind and place of the span that is about to be made, and what becomes of it.
#[inline]
pub(crate) fn describe(attributes: &Attributes<'_>) -> (&'static str, Location, SpanRole) {
    let metadata = attributes.metadata();
    let callsite = callsite(metadata);
    let here = runtime::location(&callsite.site);
    match callsite.tokio_span {
        None => (metadata.name(), here, SpanRole::Own),
        Some(tokio_span) => {
            let Described { kind, location, role } = tokio_span.describe(attributes);
            (kind.unwrap_or(metadata.name()), location.unwrap_or(here), role)
        }
    }
}

#[derive(Debug)]
struct Callsite {
    site: Site,
    tokio_span: Option<TokioSpan>,
}

impl Callsite {
    fn new(metadata: &'static Metadata<'static>) -> Self {
        let file = metadata.file().unwrap_or("<unknown>");
        let site = Site { file, line: metadata.line().unwrap_or(0), column: 0 };
        Callsite { site, tokio_span: TokioSpan::of(metadata) }
    }
}

/// Metadata is a static of its callsite, so its address names the callsite.
#[inline]
fn callsite(metadata: &'static Metadata<'static>) -> &'static Callsite {
    let address = ptr::from_ref(metadata).addr();
    intern(&SEEN, &CALLSITES, &address, || (address, &*Box::leak(Box::new(Callsite::new(metadata)))))
}

static CALLSITES: Shared<usize, &Callsite> = Shared::new(None);

thread_local! {
    static SEEN: Seen<usize, &'static Callsite, BuildHasherDefault<AddressHasher>> = const { RefCell::new(None) };
}

/// Addresses differ in their middle bits; one multiplication spreads those over all.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    #[inline]
    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
