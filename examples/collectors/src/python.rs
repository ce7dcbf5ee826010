//! Interpreters of Python, and who has which package.

use std::path::PathBuf;
use std::process::Command;

/// The first interpreter that can import this module.
pub(crate) fn with_module(module: &str) -> Option<PathBuf> {
    let named = std::env::var("COLLECTORS_PYTHON").unwrap_or_default();
    let all = named.split(':').filter(|path| !path.is_empty()).chain(["python3"]);
    let has_module = |python: &&str| {
        let mut import = Command::new(python);
        import.args(["-c", &format!("import importlib.util as u, sys; sys.exit(u.find_spec('{module}') is None)")]);
        import.status().is_ok_and(|status| status.success())
    };
    all.into_iter().find(has_module).map(PathBuf::from)
}

/// What is said when there is none.
pub(crate) fn is_missing(module: &str) -> String {
    format!("python3 has no module {module}; COLLECTORS_PYTHON may name another interpreter")
}
