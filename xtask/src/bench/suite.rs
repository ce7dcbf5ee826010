//! The benches: built, and asked.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use cargo_metadata::Message;

use super::answer::Answer;
use super::machine;
use super::results::{BenchResult, Results};
use crate::invocation::Invocation;
use crate::workspace::{BENCHES, Workspace};

/// A bench target, and what it takes to build it.
struct Program {
    target: &'static str,
    /// The features of its package, as arguments for cargo.
    features: &'static str,
    /// With tokio's unstable callbacks, and so into a target directory of its own.
    is_unstable: bool,
    /// What it says depends on a machine's mood, or takes long to build: nothing for a check.
    is_checked: bool,
    /// What it answers; none for the one that answers everything else.
    questions: &'static [&'static str],
}

const PROGRAMS: [Program; 7] = [
    Program { target: "costs", features: "", is_unstable: false, is_checked: true, questions: &[] },
    Program {
        target: "heap",
        features: "",
        is_unstable: false,
        is_checked: true,
        questions: &["allocations", "memory", "diagnostics_memory"],
    },
    Program {
        target: "peers",
        features: "--features peers",
        is_unstable: false,
        is_checked: false,
        questions: &["peers"],
    },
    Program {
        target: "automatic",
        features: "--no-default-features",
        is_unstable: true,
        is_checked: true,
        questions: &["automatic"],
    },
    Program {
        target: "automatic_heap",
        features: "--no-default-features",
        is_unstable: true,
        is_checked: true,
        questions: &["automatic_heap"],
    },
    Program {
        target: "console",
        features: "--no-default-features --features console",
        is_unstable: true,
        is_checked: false,
        questions: &["console"],
    },
    Program {
        target: "dial9",
        features: "--no-default-features --features dial9",
        is_unstable: true,
        is_checked: false,
        questions: &["dial9"],
    },
];

/// What is asked.
pub(super) struct Scope<'a> {
    /// These questions, or all.
    pub(super) only: &'a [String],
    pub(super) is_stable: bool,
    pub(super) is_check: bool,
}

/// All questions that are asked, with the programs that answer them.
pub(super) struct Suite {
    root: PathBuf,
    benches: Vec<Bench>,
}

struct Bench {
    question: String,
    executable: PathBuf,
}

impl Suite {
    /// # Errors
    ///
    /// When a program cannot be built, or there is no such question.
    pub(super) fn build(workspace: &Workspace, scope: &Scope<'_>) -> anyhow::Result<Self> {
        let mut benches = Vec::new();
        for program in PROGRAMS.iter().filter(|program| program.is_asked(scope)) {
            let executable = program.build(workspace)?;
            let questions = Invocation::new(&executable).arguments(["--questions"]).output(workspace.root())?;
            let asked = questions.lines().filter(|question| scope.asks(question));
            benches
                .extend(asked.map(|question| Bench { question: question.to_owned(), executable: executable.clone() }));
        }
        for name in scope.only {
            ensure!(benches.iter().any(|bench| bench.question == *name), "no question is named {name}");
        }
        Ok(Self { root: workspace.root().to_owned(), benches })
    }

    /// Asks for everything: time, own counts and, where valgrind is installed, instructions.
    pub(super) fn measure(&self, out: &mut impl Write) -> anyhow::Result<Results> {
        let is_counted = machine::has_valgrind();
        let measured = |bench: &Bench| {
            writeln!(out, "measuring {}", bench.question)?;
            let mut result = BenchResult::new(&bench.question, self.ask(bench, &[])?);
            if is_counted && result.is_timed() {
                result.add(self.ask(bench, &["--callgrind"])?)?;
            }
            Ok(result)
        };
        Ok(Results { benches: self.benches.iter().map(measured).collect::<anyhow::Result<_>>()? })
    }

    /// Asks for what does not depend on the machine's mood, and of ours only.
    pub(super) fn count(&self, out: &mut impl Write) -> anyhow::Result<Results> {
        let counted = |bench: &Bench| {
            writeln!(out, "counting {}", bench.question)?;
            Ok(BenchResult::new(&bench.question, self.ask(bench, &["--callgrind", "--ours"])?))
        };
        Ok(Results { benches: self.benches.iter().map(counted).collect::<anyhow::Result<_>>()? })
    }

    fn ask(&self, bench: &Bench, arguments: &[&str]) -> anyhow::Result<Answer> {
        let invocation = Invocation::new(&bench.executable).arguments([bench.question.as_str(), "--json"]);
        let invocation = invocation.arguments(arguments.iter().copied());
        let output = invocation.output(&self.root)?;
        serde_json::from_str(&output).with_context(|| format!("{invocation} answers what is no answer"))
    }
}

impl Scope<'_> {
    fn asks(&self, question: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == question)
    }
}

impl Program {
    fn is_asked(&self, scope: &Scope<'_>) -> bool {
        let is_known = |name: &String| PROGRAMS.iter().any(|program| program.questions.contains(&name.as_str()));
        let answers = |name: &String| match self.questions {
            [] => !is_known(name),
            questions => questions.contains(&name.as_str()),
        };
        let is_possible = (self.is_checked || !scope.is_check) && !(self.is_unstable && scope.is_stable);
        is_possible && (scope.only.is_empty() || scope.only.iter().any(answers))
    }

    /// Answers with the executable.
    fn build(&self, workspace: &Workspace) -> anyhow::Result<PathBuf> {
        let Program { target, features, .. } = self;
        let build =
            format!("bench -p {BENCHES} --bench {target} --no-run --message-format json-render-diagnostics {features}");
        let build = Invocation::cargo(&build);
        let build = match self.is_unstable {
            true => build
                .environment("CARGO_TARGET_DIR", workspace.target_directory().join("unstable").display().to_string())
                .environment("RUSTFLAGS", "--cfg tokio_unstable"),
            false => build,
        };
        executable(&build, target, workspace.root()).with_context(|| format!("{build} makes no {target}"))
    }
}

fn executable(build: &Invocation, target: &str, root: &Path) -> anyhow::Result<PathBuf> {
    let output = build.output_beside_progress(root)?;
    let mut messages = Message::parse_stream(output.as_bytes()).filter_map(Result::ok);
    let executable = messages.find_map(|message| match message {
        Message::CompilerArtifact(artifact) if artifact.target.name == target => artifact.executable,
        _ => None,
    });
    executable.map(PathBuf::from).context("cargo names no executable")
}
