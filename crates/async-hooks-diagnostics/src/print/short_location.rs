//! The line that created a resource, as short as possible without losing the file.

use std::borrow::Cow;
use std::env;
use std::fmt;
use std::path::MAIN_SEPARATOR_STR;
use std::sync::LazyLock;

use async_hooks_core::Location;
use async_hooks_core::runtime::path_from_crate;
use async_hooks_tools::Escaped;

/// Displays a location relative to the directory in which the program was started.
///
/// It is `src/main.rs:3:5`, for example.
///
/// A location in a dependency begins with the name and version of its crate: `hyper-1.12.0/src/server.rs:7:1`. One that
/// nobody knows is `unknown place`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShortLocation(pub(crate) Location);

/// Read once: a program that changes its directory does not change where its sources are.
static STARTED_IN: LazyLock<String> = LazyLock::new(|| {
    let directory = env::current_dir().map(|path| path.display().to_string()).unwrap_or_default();
    if directory.is_empty() { directory } else { directory + MAIN_SEPARATOR_STR }
});

impl fmt::Display for ShortLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line, column) = (self.0.file(), self.0.line(), self.0.column());
        let file = shortened(file, &STARTED_IN);
        match (line, column) {
            (0, _) if file.is_empty() || file.starts_with('<') => write!(f, "unknown place"),
            (0, _) => write!(f, "{}", Escaped(&file)),
            (_, 0) => write!(f, "{}:{line}", Escaped(&file)),
            _ => write!(f, "{}:{line}:{column}", Escaped(&file)),
        }
    }
}

/// Removes the part of a path that says nothing.
///
/// That is the directory, or what leads to a crate in cargo's registry, its checkouts, or the standard library.
fn shortened<'a>(file: &'a str, directory: &str) -> Cow<'a, str> {
    if let Some(inside) = file.strip_prefix(directory) {
        return Cow::Borrowed(inside);
    }
    path_from_crate(file).map_or(Cow::Borrowed(file), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_below_the_directory_is_shown_relative_to_it() {
        assert_eq!(shortened("/home/me/app/src/main.rs", "/home/me/app/"), "src/main.rs");
        assert_eq!(shortened("src/main.rs", "/home/me/app/"), "src/main.rs");
        assert_eq!(shortened("/home/me/other/src/main.rs", "/home/me/app/"), "/home/me/other/src/main.rs");
    }

    #[test]
    fn a_file_of_a_dependency_begins_with_its_name_and_version() {
        let file = "/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/hyper-1.12.0/src/server.rs";
        assert_eq!(shortened(file, "/home/me/"), "hyper-1.12.0/src/server.rs");
        assert_eq!(shortened("/root/.cargo/git/checkouts/axum-1/ab12/src/a.rs", "/x/"), "axum-1/ab12/src/a.rs");
        assert_eq!(shortened("/rustc/f2d3ce0bd/library/std/src/thread.rs", "/x/"), "std/src/thread.rs");
    }

    #[test]
    fn no_directory_shortens_nothing() {
        assert_eq!(shortened("/src/main.rs", ""), "/src/main.rs");
    }
}
