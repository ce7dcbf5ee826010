//! Which parent and which link the notes of a service ask for.

use std::collections::HashMap;

use crate::note::Note;

/// The parent of a span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Parent {
    None,
    /// The caller's span.
    Remote(String),
    /// The span of a resource of the same service.
    Local(u64),
}

/// The notes of one service, by id.
#[derive(Debug)]
pub(crate) struct Notes<'a>(HashMap<u64, &'a Note>);

impl<'a> Notes<'a> {
    pub(crate) fn new(notes: &'a [Note]) -> Notes<'a> {
        Notes(notes.iter().map(|note| (note.async_id, note)).collect())
    }

    /// The trigger if it lives in the same trace, else what executed; else the request.
    pub(crate) fn parent(&self, note: &Note) -> Parent {
        if note.kind == "http::request" {
            return note.text("parent_span_id").map_or(Parent::None, |caller| Parent::Remote(caller.to_owned()));
        }
        let causes = note.trigger.into_iter().chain([note.executing]);
        let near = causes.into_iter().find(|cause| self.is_near(*cause, note));
        near.or_else(|| self.request(note)).map_or(Parent::None, Parent::Local)
    }

    /// A trigger that is not the parent, if it is in any trace.
    pub(crate) fn link(&self, note: &Note) -> Option<&'a Note> {
        let trigger = note.trigger.filter(|trigger| self.parent(note) != Parent::Local(*trigger))?;
        self.0.get(&trigger).copied()
    }

    fn is_near(&self, cause: u64, note: &Note) -> bool {
        let is_alive = |cause: &&Note| cause.ended[1] == 0 || cause.ended[1] >= note.started[0];
        self.0.get(&cause).filter(|cause| cause.trace_id == note.trace_id).is_some_and(is_alive)
    }

    fn request(&self, note: &Note) -> Option<u64> {
        let is_it = |other: &&&Note| other.kind == "http::request" && other.trace_id == note.trace_id;
        self.0.values().find(is_it).map(|request| request.async_id)
    }
}
