//! The questions of one program, and which of them the command line asks.

use std::io;
use std::process::ExitCode;

use crate::options::Options;
use crate::question::Question;

/// A question, by its name: that of its file.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// What selects it.
    pub name: &'static str,
    /// Its cases.
    pub question: fn() -> Question,
}

/// Answers what the command line asks: the questions that it names, or all.
#[must_use]
pub fn answer(asks: &[Ask]) -> ExitCode {
    ended(Options::parse().and_then(|options| answer_all(asks, &options)))
}

fn ended(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn answer_all(asks: &[Ask], options: &Options) -> io::Result<()> {
    let names = || asks.iter().map(|ask| ask.name);
    if let Some(unknown) = options.questions.iter().find(|question| names().all(|name| name != question.as_str())) {
        let names: Vec<_> = names().collect();
        return Err(io::Error::other(format!("no question is named {unknown}; there are: {}", names.join(", "))));
    }
    if options.names {
        names().for_each(|name| anstream::println!("{name}"));
        return Ok(());
    }
    let is_asked = |ask: &&Ask| options.questions.is_empty() || options.questions.iter().any(|name| name == ask.name);
    asks.iter().filter(is_asked).try_for_each(|ask| (ask.question)().answered(ask.name, options))
}
