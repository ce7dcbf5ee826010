//! Programs that more than one proof runs, or one proof in several ways.

use super::proof::Run;

pub(super) const LOAD: Run = Run {
    package: "async-hooks",
    own_workspace: None,
    target: "--test load",
    features: "--all-features",
    is_unstable: false,
    arguments: &["--nocapture"],
    environment: &[("LOAD_REQUESTS", "1000000"), ("MALLOC_ARENA_MAX", "1")],
};

pub(super) const FIELD: Run = Run {
    package: "async-hooks-field",
    own_workspace: Some("examples/field"),
    target: "--bin async-hooks-field",
    features: "",
    is_unstable: false,
    arguments: &[],
    environment: &[],
};

pub(super) const UNMODIFIED: Run = Run {
    package: "async-hooks-unmodified",
    own_workspace: Some("examples/unmodified"),
    target: "--bin async-hooks-unmodified",
    is_unstable: true,
    ..FIELD
};

pub(super) const COLLECTORS: Run = Run {
    package: "async-hooks-collectors",
    own_workspace: Some("examples/collectors"),
    target: "--bin async-hooks-collectors",
    features: "",
    is_unstable: false,
    arguments: &[],
    environment: &[],
};

pub(super) const RECORDED_PROGRAMS: Run = Run {
    package: "async-hooks",
    own_workspace: None,
    target: "--test recorder",
    features: "--all-features",
    is_unstable: false,
    arguments: &["agreement::"],
    environment: &[("RECORDED_PROGRAMS", "100000")],
};

pub(super) const RANDOM_PROGRAMS: Run = Run {
    package: "async-hooks",
    own_workspace: None,
    target: "--test random_programs",
    features: "--all-features",
    is_unstable: false,
    arguments: &[],
    environment: &[("RANDOM_PROGRAMS", "100000")],
};

pub(super) const RANDOM_SPANS: Run = Run {
    package: "async-hooks",
    own_workspace: None,
    target: "--test random_spans",
    features: "--all-features",
    is_unstable: false,
    arguments: &[],
    environment: &[("RANDOM_SPANS", "1000000")],
};

/// The target has no harness, which would not be built so.
pub(super) const ABORT: Run = Run {
    package: "async-hooks",
    own_workspace: None,
    target: "--test ends_cleanly",
    features: "--all-features",
    is_unstable: false,
    arguments: &[],
    environment: &[("RUSTFLAGS", "-C panic=abort"), ("CARGO_TARGET_DIR", "target/abort")],
};

pub(super) const SOAK: Run = Run {
    package: "async-hooks",
    target: "--test soak",
    features: "--all-features",
    own_workspace: None,
    is_unstable: false,
    arguments: &["--minutes", "15"],
    environment: &[("MALLOC_ARENA_MAX", "1")],
};

/// The models of a package.
///
/// Some are about what the process has once, so they run one after the other.
pub(super) const fn model(package: &'static str) -> Run {
    Run {
        package,
        own_workspace: None,
        target: "--lib",
        features: "--all-features",
        is_unstable: false,
        arguments: &["model::", "--test-threads=1"],
        environment: &[
            ("MODEL_SCHEDULES", "20000"),
            ("RUSTFLAGS", "--cfg async_hooks_model --cfg tokio_unstable"),
            ("CARGO_TARGET_DIR", "target/model"),
        ],
    }
}
