//! `async-hooks tree`: what caused what.

use std::process::ExitCode;

use async_hooks_core::AsyncId;
use async_hooks_recorder::{CausalTree, Recording};
use serde::Serialize;

use crate::answer::Format;
use crate::answer::life::Life;
use crate::failure::Failure;
use crate::source::Source;

#[derive(clap::Args)]
pub(crate) struct TreeOptions {
    /// The recording; `-` is the standard input
    #[arg(value_name = "FILE", value_parser = Source::parser())]
    source: Source,
    /// Only this resource and what it caused
    #[arg(value_name = "ID")]
    id: Option<AsyncId>,
}

impl TreeOptions {
    pub(crate) fn run(&self, format: Format) -> Result<ExitCode, Failure> {
        let recording = self.source.open()?;
        let tree = self.tree(&recording)?;
        let node = |(depth, life)| Node { depth, life: Life::of(&recording, life) };
        format.print(&tree, || Vec::from_iter(tree.with_depths().map(node)))?;
        Ok(ExitCode::SUCCESS)
    }

    fn tree<'a>(&self, recording: &'a Recording) -> Result<CausalTree<'a>, Failure> {
        match self.id {
            None => Ok(recording.tree()),
            Some(id) if id == AsyncId::ROOT || recording.lifetime(id).is_some() => Ok(recording.descendants(id)),
            Some(id) => Err(Failure::unknown_id(id, recording)),
        }
    }
}

/// A node of the tree in JSON. Nodes come depth first.
#[derive(Serialize)]
struct Node<'a> {
    depth: usize,
    #[serde(flatten)]
    life: Life<'a>,
}
