//! The hand-written part about each public function of Node: counterpart and pairs.

use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::comparison::Status;
use super::{Compared, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Function {
    pub(super) node: String,
    /// The counterpart; none where there is nothing to have one.
    pub(super) rust: Option<String>,
    /// Why it has no counterpart, or what else is to be known.
    pub(super) why: Option<String>,
    #[serde(default)]
    pub(super) pairs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Functions {
    function: Vec<Function>,
}

pub(super) fn all(parity: &Path) -> anyhow::Result<Vec<Function>> {
    let path = parity.join("functions.toml");
    let Functions { function } = toml::from_str(&read(&path)?).with_context(|| path.display().to_string())?;
    Ok(function)
}

/// Every function is proved by a pair or says why it cannot be; every pair proves something.
///
/// # Errors
///
/// Names the one that is not.
pub(super) fn ensure_complete(functions: &[Function], pairs: &[Compared]) -> anyhow::Result<()> {
    for Function { node, rust, why, pairs: named } in functions {
        match rust {
            Some(_) => ensure!(!named.is_empty(), "functions.toml: no pair proves {node}"),
            None => ensure!(why.is_some() && named.is_empty(), "functions.toml: say why {node} has no counterpart"),
        }
        let unknown = named.iter().find(|name| !pairs.iter().any(|pair| pair.pair.name == **name));
        ensure!(unknown.is_none(), "functions.toml: no pair is named {}", unknown.map_or("", String::as_str));
    }
    let idle = pairs.iter().find(|pair| functions.iter().all(|function| !function.pairs.contains(&pair.pair.name)));
    ensure!(idle.is_none(), "functions.toml: {} proves nothing", idle.map_or("", |pair| &pair.pair.name));
    Ok(())
}

impl Function {
    /// As its pairs came out, the worst of them.
    pub(super) fn status(&self, pairs: &[Compared]) -> String {
        match &self.rust {
            None => "not meaningful in Rust".to_owned(),
            Some(_) => {
                self.proofs(pairs).map(|pair| pair.comparison.status()).max().unwrap_or(Status::Same).to_string()
            }
        }
    }

    /// What its pairs deviate in, then what is said beside.
    pub(super) fn reasons(&self, pairs: &[Compared]) -> String {
        let deviations = self.proofs(pairs).flat_map(|pair| pair.comparison.reasons());
        deviations.chain(&self.why).map(String::as_str).collect::<Vec<_>>().join("; ")
    }

    fn proofs<'a>(&'a self, pairs: &'a [Compared]) -> impl Iterator<Item = &'a Compared> {
        pairs.iter().filter(|pair| self.pairs.contains(&pair.pair.name))
    }
}
