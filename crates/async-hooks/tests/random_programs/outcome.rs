//! What is written down of a program: by the model as it must be, and when it runs as it is.

use std::collections::BTreeMap;
use std::fmt;

use crate::program::{LOCALS, Value};

/// A strand is the program itself or a task.
///
/// What it creates is named after it, by number: `root.0.2`.
pub(crate) type Name = String;

/// What is written down at one point of a strand.
#[derive(Clone, PartialEq)]
pub(crate) enum Entry {
    Saw { executing: Name, trigger: Option<Name>, values: [Option<Value>; LOCALS] },
    Joined(End),
}

impl fmt::Debug for Entry {
    /// Short, since logs are long: `root.0 by root [7 - 0 0 -]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Joined(end) => write!(f, "Joined({end:?})"),
            Entry::Saw { executing, trigger, values } => {
                let values = values.map(|value| value.map_or("-".into(), |value| value.to_string())).join(" ");
                let trigger = trigger.as_deref().unwrap_or("nobody");
                write!(f, "{executing} by {trigger} [{values}]")
            }
        }
    }
}

/// How a block of code ended.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum End {
    Done,
    Panicked,
    /// Was dropped where it waited for ever.
    Parked,
    /// Was dropped before it began.
    Unpolled,
}

/// The events of a resource besides one `init` and one `destroy`.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub(crate) struct Life {
    pub(crate) entered: bool,
    pub(crate) resolved: bool,
}

#[derive(PartialEq, Default, Debug)]
pub(crate) struct Outcome {
    /// By strand; and by bound callback, what it sees when it is dropped.
    pub(crate) logs: BTreeMap<Name, Vec<Entry>>,
    pub(crate) lives: BTreeMap<Name, Life>,
    /// The events of resources for which they are no life; there are none.
    pub(crate) broken: BTreeMap<Name, Vec<&'static str>>,
}
