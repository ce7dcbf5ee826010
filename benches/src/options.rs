//! The command line of each bench.

use std::io;

use lexopt::prelude::*;

const HELP: &str = "\
Measures. Words select questions by their names; without any, all are asked.

  --case WORD             only cases whose names contain it, and the baselines; may be given more than once
  --callgrind             counts instructions, under valgrind, in place of time
  --json                  answers in JSON, a line for each question
  --ours                  leaves peers out, and what takes long to set up
  --questions             names the questions, one a line
  --list                  names the cases, one a line
  --instructions CASE     runs one case of one question, and nothing else, for another tool to watch
  --iterations N          for how many iterations --instructions runs its case; 10000
  --bench                 measures; given by `cargo bench`. Without it, each case only runs once
";

/// What is asked of a bench.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) questions: Vec<String>,
    pub(crate) cases: Vec<String>,
    pub(crate) callgrind: bool,
    pub(crate) json: bool,
    pub(crate) ours: bool,
    pub(crate) names: bool,
    pub(crate) list: bool,
    pub(crate) instructions: Option<String>,
    pub(crate) iterations: Option<u64>,
    pub(crate) bench: bool,
}

impl Options {
    /// # Errors
    ///
    /// If the command line makes no sense; or says what it could be, when that is asked.
    pub(crate) fn parse() -> io::Result<Self> {
        Self::parsed(lexopt::Parser::from_env()).map_err(|error| io::Error::other(format!("{error}\n\n{HELP}")))
    }

    fn parsed(mut arguments: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Value(name) => options.questions.push(name.string()?),
                Long("case") => options.cases.push(arguments.value()?.string()?),
                Long("callgrind") => options.callgrind = true,
                Long("json") => options.json = true,
                Long("ours") => options.ours = true,
                Long("questions") => options.names = true,
                Long("list") => options.list = true,
                Long("bench") => options.bench = true,
                Long("instructions") => options.instructions = Some(arguments.value()?.string()?),
                Long("iterations") => options.iterations = Some(arguments.value()?.parse()?),
                Long("help") => return Err("what can be asked:".into()),
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }
}
