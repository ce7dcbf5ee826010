//! The picture of the guide, as a link that contains it.
//!
//! docs.rs serves what rustdoc writes and no other file, so a chapter cannot refer to the picture by its path.

use std::fs;
use std::path::Path;

use anyhow::Context;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

const PICTURE: &str = "docs/pictures/triggers-and-context.svg";
const LINK: &str = "crates/async-hooks/src/guide/picture.md";

/// Writes the definition of the link `picture`, which the chapters include.
///
/// # Errors
///
/// When the picture cannot be read, or the link cannot be written.
pub(super) fn write(root: &Path) -> anyhow::Result<()> {
    fs::write(root.join(LINK), definition(root)?).with_context(|| format!("cannot write {LINK}"))
}

fn definition(root: &Path) -> anyhow::Result<String> {
    let picture = fs::read_to_string(root.join(PICTURE)).with_context(|| format!("cannot read {PICTURE}"))?;
    Ok(format!("[picture]: data:image/svg+xml,{}\n", utf8_percent_encode(&picture, NON_ALPHANUMERIC)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn the_guide_contains_the_picture_as_it_is() {
        let workspace = Workspace::load().unwrap();
        let link = fs::read_to_string(workspace.root().join(LINK)).unwrap();
        assert_eq!(link, definition(workspace.root()).unwrap(), "{PICTURE} has changed: run `cargo xtask docs`");
    }
}
