//! Checks of the members' manifests.

use super::Complaint;
use super::tree::{SourceFile, Tree};

/// Every package takes over the workspace's lints, `unsafe_code = "forbid"` among them.
pub(super) fn lints(tree: &Tree) -> Vec<Complaint> {
    let has_lints = |manifest: &SourceFile| inherits_lints(manifest) || forbids_unsafe_itself(manifest);
    let bare = members(tree).filter(|manifest| is_package(manifest) && !has_lints(manifest));
    bare.map(|manifest| {
        manifest.complaint(1, "the workspace's lints are not in force; add `[lints]` with `workspace = true`")
    })
    .collect()
}

/// Every dependency has a comment that says why: above it, or above its group.
pub(super) fn reasons(tree: &Tree) -> Vec<Complaint> {
    let message = |name: &str| format!("{name} has no reason; say in a comment line above it what it is needed for");
    let silent = |manifest| unexplained(manifest).into_iter().map(move |(line, name)| (manifest, line, name));
    members(tree).flat_map(silent).map(|(manifest, line, name)| manifest.complaint(line, message(name))).collect()
}

fn members(tree: &Tree) -> impl Iterator<Item = &SourceFile> {
    tree.files().iter().filter(|file| file.path.ends_with("/Cargo.toml"))
}

fn is_package(manifest: &SourceFile) -> bool {
    manifest.lines().any(|(_, line)| line == "[package]")
}

fn inherits_lints(manifest: &SourceFile) -> bool {
    let mut table = manifest.lines().skip_while(|(_, line)| *line != "[lints]").skip(1);
    table.any(|(_, line)| line == "workspace = true")
}

/// A package that is a workspace of its own has nothing to inherit from.
fn forbids_unsafe_itself(manifest: &SourceFile) -> bool {
    let has = |wanted: &str| manifest.lines().any(|(_, line)| line == wanted);
    has("[workspace]") && has("unsafe_code = \"forbid\"")
}

/// The dependencies without a comment, with their lines.
///
/// A group is what stands between empty lines, below any header.
fn unexplained(manifest: &SourceFile) -> Vec<(usize, &str)> {
    let (mut table, mut first_of_group, mut above) = ("", "", "");
    let mut found = Vec::new();
    for (number, line) in manifest.lines() {
        if above.is_empty() || above.starts_with('[') {
            first_of_group = line;
        }
        if line.starts_with('[') {
            table = line;
        }
        let explained = above.starts_with('#') || first_of_group.starts_with('#');
        let name = dependency(table, line).filter(|name| !explained && !is_ours(name));
        found.extend(name.map(|name| (number, name)));
        above = line;
    }
    found
}

/// The dependency that a line names.
///
/// It is `name = …`, `name.workspace = …`, or `[dependencies.name]` itself.
fn dependency<'a>(table: &str, line: &'a str) -> Option<&'a str> {
    if line.starts_with('[') {
        let (_, name) = line.trim_end_matches(']').split_once("dependencies.")?;
        return Some(name);
    }
    let is_entry = table.ends_with("dependencies]") && line.starts_with(char::is_alphanumeric);
    line.split(['.', '=', ' ']).next().filter(|_| is_entry)
}

fn is_ours(name: &str) -> bool {
    name == "async-hooks" || name.starts_with("async-hooks-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_stands_above_the_dependency_or_its_group() {
        for (manifest, expected) in [
            ("[dependencies]\n# Why.\na = \"1\"\n", ""),
            ("[dependencies]\n# Why both.\na = \"1\"\nb.workspace = true\n", ""),
            ("[dependencies]\nasync-hooks-core.workspace = true\n# Why.\na = \"1\"\n", ""),
            ("[dependencies]\n# Why.\na = { version = \"1\", features = [\n    \"x\",\n] }\n", ""),
            ("# Why.\n[dependencies.a]\nversion = \"1\"\n", ""),
            ("[package]\nname = \"a\"\n", ""),
            ("[dependencies]\na = \"1\"\n", "a"),
            ("[dependencies]\n# Why.\na = \"1\"\n\nb = \"1\"\n", "b"),
            ("[dependencies]\nasync-hooks-core.workspace = true\n# Why.\na = \"1\"\nb = \"1\"\n", "b"),
            ("[dev-dependencies]\na.workspace = true\n", "a"),
            ("[target.'cfg(unix)'.dependencies]\na = \"1\"\n", "a"),
            ("[dev-dependencies.a]\nversion = \"1\"\n", "a"),
        ] {
            let tree = Tree::of(&[("crates/a/Cargo.toml", manifest)]);
            let names: Vec<_> = tree.files().iter().flat_map(unexplained).map(|(_, name)| name).collect();
            assert_eq!(names.join(","), expected, "{manifest}");
        }
    }

    #[test]
    fn a_package_without_the_workspaces_lints_is_seen() {
        let complaints = |manifest| lints(&Tree::of(&[("crates/a/Cargo.toml", manifest)])).len();
        assert_eq!(complaints("[package]\n\n[lints]\nworkspace = true\n"), 0);
        assert_eq!(complaints("[package]\n\n[lints]\nrust.unsafe_code = \"allow\"\n"), 1);
        assert_eq!(complaints("[package]\nversion.workspace = true\n"), 1);
        assert_eq!(complaints("[workspace]\n[package]\n[lints.rust]\nunsafe_code = \"forbid\"\n"), 0);
        assert_eq!(complaints("[workspace]\n[package]\n"), 1);
    }
}
