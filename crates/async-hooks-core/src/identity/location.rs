//! The place in the program's source that created a resource.

use std::fmt;
use std::panic;
use std::ptr;

/// The place in the source that created a resource: file, line and column.
///
/// Print it in reports, or group resources by it. It is the place of the `spawn`, `bind` or `AsyncResource::new` call,
/// which the compiler records (`#[track_caller]`) at no cost at run time. For a span it is the place of the macro.
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

/// A reference instead of file, line and column by value.
///
/// Each poll copies the location along with its resource.
#[derive(Clone, Copy)]
enum Place {
    Caller(&'static panic::Location<'static>),
    Site(&'static Site),
}

/// A place that `#[track_caller]` does not record, such as the callsite of a span.
#[derive(Debug)]
pub struct Site {
    /// The source file, as the compiler names it.
    pub file: &'static str,
    /// The line, counted from 1; 0 if it is unknown.
    pub line: u32,
    /// The column, counted from 1; 0 if it is unknown.
    pub column: u32,
}

impl Location {
    /// The location of the root, which no line creates.
    pub(crate) const NOWHERE: Location = Location::at_site(&Site { file: "<root>", line: 0, column: 0 });

    pub(crate) const fn at_site(site: &'static Site) -> Self {
        Location(Place::Site(site))
    }

    #[inline]
    #[track_caller]
    pub(crate) fn caller() -> Self {
        Location(Place::Caller(panic::Location::caller()))
    }

    /// Returns the source file, as the compiler names it.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// assert_eq!(AsyncResource::new("query").resource().location().file(), file!());
    /// ```
    #[must_use]
    pub fn file(&self) -> &'static str {
        match self.0 {
            Place::Caller(caller) => caller.file(),
            Place::Site(site) => site.file,
        }
    }

    /// Returns the line, counted from 1; 0 if it is unknown.
    ///
    /// ```
    /// use async_hooks_core::AsyncResource;
    ///
    /// assert_eq!(AsyncResource::new("query").resource().location().line(), line!());
    /// ```
    #[must_use]
    pub fn line(&self) -> u32 {
        match self.0 {
            Place::Caller(caller) => caller.line(),
            Place::Site(site) => site.line,
        }
    }

    /// Returns the column, counted from 1; 0 if it is unknown.
    ///
    /// ```
    /// use async_hooks_core::execution_async_resource;
    ///
    /// assert_eq!(execution_async_resource().location().column(), 0, "no line creates the root");
    /// ```
    #[must_use]
    pub fn column(&self) -> u32 {
        match self.0 {
            Place::Caller(caller) => caller.column(),
            Place::Site(site) => site.column,
        }
    }

    /// Whether `#[track_caller]` has not recorded it.
    pub(crate) const fn is_site(&self) -> bool {
        matches!(self.0, Place::Site(_))
    }

    /// Whether the location is this record of the compiler.
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
