//! Where in the program's source a resource was created.

use std::fmt;
use std::panic;
use std::ptr;

/// The source line that created a resource.
///
/// It is the line of the `spawn`, `bind` or `AsyncResource::new` call, found by `#[track_caller]` at no cost at run time;
/// for a span, the line of its macro.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
///
/// let location = AsyncResource::new("query").resource().location();
/// assert_eq!(location.to_string(), format!("{}:{}:{}", location.file(), location.line(), location.column()));
/// ```
#[derive(Clone, Copy)]
pub struct Location(Place);

/// One word and a tag, not file, line and column by value: a location is copied with its resource on every poll.
#[derive(Clone, Copy)]
enum Place {
    Caller(&'static panic::Location<'static>),
    Site(&'static Site),
}

/// A place that the compiler did not record for us: a span's callsite, say.
#[derive(Debug)]
pub struct Site {
    /// The source file, as the compiler names it.
    pub file: &'static str,
    /// The line, counted from 1; 0 when it is not known.
    pub line: u32,
    /// The column, counted from 1; 0 when it is not known.
    pub column: u32,
}

impl Location {
    /// Where the code outside any resource stands: nowhere.
    pub(crate) const NOWHERE: Location = Location::at_site(&Site { file: "<root>", line: 0, column: 0 });

    pub(crate) const fn at_site(site: &'static Site) -> Self {
        Location(Place::Site(site))
    }

    #[inline]
    #[track_caller]
    pub(crate) fn caller() -> Self {
        Location(Place::Caller(panic::Location::caller()))
    }

    /// The source file, as the compiler names it.
    #[must_use]
    pub fn file(&self) -> &'static str {
        match self.0 {
            Place::Caller(caller) => caller.file(),
            Place::Site(site) => site.file,
        }
    }

    /// The line, counted from 1; 0 when it is not known.
    #[must_use]
    pub fn line(&self) -> u32 {
        match self.0 {
            Place::Caller(caller) => caller.line(),
            Place::Site(site) => site.line,
        }
    }

    /// The column, counted from 1; 0 when it is not known.
    #[must_use]
    pub fn column(&self) -> u32 {
        match self.0 {
            Place::Caller(caller) => caller.column(),
            Place::Site(site) => site.column,
        }
    }

    /// Whether the compiler recorded this place, and the record is this very one.
    #[inline]
    pub(crate) fn is_record(&self, record: &'static panic::Location<'static>) -> bool {
        matches!(self.0, Place::Caller(caller) if ptr::eq(caller, record))
    }

    fn parts(&self) -> (&'static str, u32, u32) {
        (self.file(), self.line(), self.column())
    }
}

impl From<&'static panic::Location<'static>> for Location {
    fn from(caller: &'static panic::Location<'static>) -> Self {
        Location(Place::Caller(caller))
    }
}

impl PartialEq for Location {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Location {}

impl std::hash::Hash for Location {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file(), self.line(), self.column())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
