//! The program `async-hooks`, which asks recordings why something was slow.
//!
//! The binary calls [`run`] with its arguments, and nothing else. It asks the public API of the recorder only.
//!
//! # The source, in reading order
//!
//! 1. `failure`: why a command fails.
//! 2. `moment_argument`: moments, as people write and read them.
//! 3. `progress`: what is shown of work that takes long.
//! 4. `source`: the file, or the standard input, that a recording is read from.
//! 5. `answer`: text, or JSON; the shapes of the JSON.
//! 6. `commands`: one file a command.
//! 7. `arguments`: the command line.
//! 8. `program`: from arguments to an exit code.

mod failure;

mod moment_argument;

mod progress;

mod source;

mod answer;

mod commands;

mod arguments;

mod program;

pub use program::run;
