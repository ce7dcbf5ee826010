//! The list of all proofs. A new one also gets a row in CONTRIBUTING.md.

use super::proof::{Check, MUTANTS, Proof, Run, Tool};
use super::runs::{
    ABORT, COLLECTORS, FIELD, LOAD, RANDOM_PROGRAMS, RANDOM_SPANS, RECORDED_PROGRAMS, SOAK, UNMODIFIED, model,
};
use super::{dependencies, flakes, fuzz, sanitizers};
use crate::workspace::EXAMPLES;

/// In the order of `cargo xtask prove --list`.
pub(super) static PROOFS: &[Proof] = &[
    Proof {
        name: "contexts",
        claim: "a thread's ids and values agree with the reference model, in a million random programs for each mix of steps",
        tools: &[],
        check: Check::Runs(&[Run {
            package: "async-hooks-core",
            own_workspace: None,
            target: "--test entered",
            features: "--all-features",
            is_unstable: false,
            arguments: &["random::"],
            environment: &[("ENTERED_PROGRAMS", "1000000")],
        }]),
    },
    Proof {
        name: "programs",
        claim: "tasks, futures and scopes follow the rules of execution, in 100,000 random programs for each runtime and build",
        tools: &[],
        check: Check::Runs(&[RANDOM_PROGRAMS, Run { is_unstable: true, ..RANDOM_PROGRAMS }]),
    },
    Proof {
        name: "spans",
        claim: "threads are left as they were, in a million random programs of spans, tasks and reloads for each runtime and build",
        tools: &[],
        check: Check::Runs(&[RANDOM_SPANS, Run { is_unstable: true, ..RANDOM_SPANS }]),
    },
    Proof {
        name: "leaks",
        claim: "a server without a leak gets no leak reported during a minute under load",
        tools: &[],
        check: Check::Runs(&[Run {
            package: "async-hooks",
            own_workspace: None,
            target: "--test clean_server",
            features: "--all-features",
            is_unstable: false,
            arguments: &[],
            environment: &[("LEAK_LOAD_SECONDS", "60")],
        }]),
    },
    Proof {
        name: "soak",
        claim: "in 15 minutes of everything at once, for each build, events are paired, nothing stays, and each report is true",
        tools: &[],
        check: Check::Runs(&[SOAK, Run { is_unstable: true, ..SOAK }]),
    },
    Proof {
        name: "model",
        claim: "what threads share is as it should be in 20,000 orders of the threads' steps, for each protocol",
        tools: &[],
        check: Check::Runs(&[
            model("async-hooks-core"),
            model("async-hooks-diagnostics"),
            model("async-hooks-tokio"),
            model("async-hooks-tracing"),
        ]),
    },
    Proof {
        name: "mutants",
        claim: "a test fails with each change of one operator, value or function of the protocols in .cargo/mutants.toml",
        tools: &[Tool::Program("cargo-mutants")],
        check: Check::Runs(&[Run {
            package: "",
            own_workspace: None,
            target: MUTANTS,
            features: "--all-features",
            is_unstable: false,
            arguments: &["-j1", "--timeout", "120", "--output", "target"],
            environment: &[],
        }]),
    },
    Proof {
        name: "flakes",
        claim: "each compiled test binary passes 20 times in a row beside a load on every processor, in each build",
        tools: &[],
        check: Check::Function(flakes::check),
    },
    Proof {
        name: "abort",
        claim: "with `panic = \"abort\"`, twenty thousand scopes, spans, guards and drops end the program with success",
        tools: &[],
        check: Check::Runs(&[
            ABORT,
            Run {
                environment: &[
                    ("RUSTFLAGS", "-C panic=abort --cfg tokio_unstable"),
                    ("CARGO_TARGET_DIR", "target/abort-unstable"),
                ],
                ..ABORT
            },
        ]),
    },
    Proof {
        name: "fuzz",
        claim: "no input that libFuzzer finds in a minute for each parser and report breaks what it promises",
        tools: &[Tool::Program("cargo-fuzz"), Tool::NightlyToolchain],
        check: Check::Function(fuzz::check),
    },
    Proof {
        name: "sanitizers",
        claim: "what threads, scopes and hooks leave behind is neither an error of memory nor a leak (AddressSanitizer, valgrind)",
        tools: &[Tool::NightlyToolchain],
        check: Check::Function(sanitizers::check),
    },
    Proof {
        name: "dependencies",
        claim: "each dependency has a licence and a source that deny.toml allows, and none is banned",
        tools: &[Tool::Program("cargo-deny")],
        check: Check::Function(dependencies::check),
    },
    Proof {
        name: "load",
        claim: "of 1,000,000 requests none sees a value of another, nothing of them stays alive, and memory does not grow",
        tools: &[],
        check: Check::Runs(&[LOAD]),
    },
    Proof {
        name: "clients",
        claim: "wrk, h2load, curl and Node's undici see no value of another request, and leave nothing alive",
        tools: &[],
        check: Check::Runs(&[Run {
            target: "--test foreign_clients",
            environment: &[("CLIENT_SECONDS", "30")],
            ..LOAD
        }]),
    },
    Proof {
        name: "field",
        claim: "axum, tonic, tower's buffer, a pool of PostgreSQL connections and actix-web see no value and no id of another request",
        tools: &[],
        check: Check::Runs(&[
            FIELD,
            Run { is_unstable: true, ..FIELD },
            Run { is_unstable: true, arguments: &["--tokio-spans"], ..FIELD },
        ]),
    },
    Proof {
        name: "unmodified",
        claim: "recordings of mini-redis, axum, reqwest and sqlx as they are hold each task and its trigger, as tokio says",
        tools: &[],
        check: Check::Runs(&[UNMODIFIED, Run { arguments: &["--tokio-spans"], ..UNMODIFIED }]),
    },
    Proof {
        name: "collectors",
        claim: "spans and numbers are whole in oteltap, rotel, Phoenix, ClickHouse, Node and Prometheus, and a dead collector costs none",
        tools: &[],
        check: Check::Runs(&[COLLECTORS]),
    },
    Proof {
        name: "interop",
        claim: "Node's OpenTelemetry calls and is called in one whole trace, and records all of its part",
        tools: &[Tool::Program("node"), Tool::Program("npm")],
        check: Check::Runs(&[Run { arguments: &["node"], ..COLLECTORS }]),
    },
    Proof {
        name: "tonic",
        claim: "a gRPC service with tonic is in its client's trace, in handlers and in each message of a stream",
        tools: &[],
        check: Check::Runs(&[Run {
            package: "async-hooks-recent-examples",
            own_workspace: Some("examples/recent"),
            target: "--example tonic_service",
            ..FIELD
        }]),
    },
    Proof {
        name: "hostile-headers",
        claim: "10 million hostile headers of each kind are read within their bounds, as the standards say, and never panic",
        tools: &[],
        check: Check::Runs(&[Run {
            package: "async-hooks-http",
            own_workspace: None,
            target: "--test it",
            features: "--all-features",
            is_unstable: false,
            arguments: &["hostile::"],
            environment: &[("HOSTILE_HEADERS", "10000000")],
        }]),
    },
    Proof {
        name: "recordings",
        claim: "recordings of 100,000 random programs for each build agree with an independent hook on every life, poll and wake",
        tools: &[],
        check: Check::Runs(&[RECORDED_PROGRAMS, Run { is_unstable: true, ..RECORDED_PROGRAMS }]),
    },
    Proof {
        name: "hostile-recordings",
        claim: "a million damaged recordings are read or refused, and never panic",
        tools: &[],
        check: Check::Runs(&[Run {
            package: "async-hooks-recorder",
            own_workspace: None,
            target: "--test it",
            features: "--all-features",
            is_unstable: false,
            arguments: &["hostile::"],
            environment: &[("HOSTILE_RECORDINGS", "1000000")],
        }]),
    },
    Proof {
        name: "recorder",
        claim: "in an hour under load, `axum_server` with a recorder has flat memory, and answers at least 95 % as many requests as without",
        tools: &[],
        check: Check::Runs(&[Run {
            package: EXAMPLES,
            own_workspace: None,
            target: "--test recorder_load",
            features: "",
            is_unstable: false,
            arguments: &["--nocapture"],
            environment: &[("RECORDER_LOAD_SECONDS", "3600")],
        }]),
    },
];
