//! Which dependency a source file belongs to, as far as its path tells.
//!
//! The path is the compiler's: in cargo's registry, in its checkouts, in a folder of vendored crates, or in the standard library;
//! or as cargo remaps it with `trim-paths`. A path that was remapped otherwise tells nothing, and its file counts as the program's
//! own.

/// The path from the crate's own folder on: `hyper-1.12.0/src/lib.rs`, `std/src/thread.rs`.
///
/// `None` for a file that belongs to no dependency.
#[must_use]
pub fn path_from_crate(file: &str) -> Option<&str> {
    // `…/registry/src/index.crates.io-1949cf8c6b5b557f/hyper-1.12.0/src/lib.rs`, `/rustc/<commit>/library/std/src/lib.rs`
    let behind = |mark: &str, names: usize| {
        let (_, rest) = file.split_once(mark)?;
        rest.splitn(names + 1, ['/', '\\']).nth(names)
    };
    let in_registry = || behind("/registry/src/", 1).or_else(|| behind("\\registry\\src\\", 1));
    let in_checkout = || behind("/git/checkouts/", 0).or_else(|| behind("\\git\\checkouts\\", 0));
    let in_vendor = || {
        let relative = file.strip_prefix("vendor/").or_else(|| file.strip_prefix("vendor\\"));
        relative.or_else(|| behind("/vendor/", 0)).or_else(|| behind("\\vendor\\", 0))
    };
    let in_std = || behind("/rustc/", 2).or_else(|| behind("/library/", 0).filter(|_| file.contains("/rustlib/")));
    in_registry().or_else(in_checkout).or_else(in_std).or_else(in_vendor).or_else(|| trimmed(file))
}

/// What `trim-paths` makes of the path of a dependency: `hyper-1.12.0/src/lib.rs`.
///
/// It leaves paths of the program relative to its workspace.
fn trimmed(file: &str) -> Option<&str> {
    let (name, version) = file.split(['/', '\\']).next()?.rsplit_once('-')?;
    let is_version = version.split('.').take_while(|part| part.starts_with(|c: char| c.is_ascii_digit())).count() >= 3;
    (is_version && !name.is_empty()).then_some(file)
}

/// The crate that a file belongs to, with its version where the path has it: `hyper-1.12.0`.
///
/// `None` for a file of the program.
#[must_use]
pub fn dependency(file: &str) -> Option<&str> {
    path_from_crate(file)?.split(['/', '\\']).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_dependency_is_known_by_its_path() {
        for (file, expected) in [
            ("/root/.cargo/registry/src/index.crates.io-19/hyper-1.12.0/src/server.rs", Some("hyper-1.12.0")),
            ("C:\\cargo\\registry\\src\\index\\tokio-1.54.0\\src\\lib.rs", Some("tokio-1.54.0")),
            ("/root/.cargo/git/checkouts/axum-1/ab12/src/a.rs", Some("axum-1")),
            ("/rustc/f2d3ce0bd/library/std/src/thread.rs", Some("std")),
            ("vendor/hyper/src/lib.rs", Some("hyper")),
            ("/home/me/app/vendor/hyper/src/lib.rs", Some("hyper")),
            ("/home/me/app/src/main.rs", None),
            ("src/vendors.rs", None),
            ("hyper-1.12.0/src/trimmed.rs", Some("hyper-1.12.0")),
            ("hyper-util-0.1.16+exp.2\\src\\trimmed.rs", Some("hyper-util-0.1.16+exp.2")),
            ("my-crate/src/remapped.rs", None),
            ("release-2/src/remapped.rs", None),
            ("/deps/hyper/src/remapped.rs", None),
            ("-1.2.3/src/a.rs", None),
            ("größe-é/äöü", None),
            ("/root/.cargo/registry/src/", None),
            ("", None),
        ] {
            assert_eq!(dependency(file), expected, "{file}");
        }
    }
}
