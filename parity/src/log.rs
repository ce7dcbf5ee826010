//! What a program writes: the events of its own resources, and lines of its own.
//!
//! `normalise.js` is the same for Node.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_hooks::{
    AsyncHook, AsyncId, AsyncLocal, Events, Hook, Resource, create_hook, execution_async_id, trigger_async_id,
};

use crate::normalise::{Birth, Births, Entry, Order, normalised};

/// The log of a program; clones write to the same one.
#[derive(Clone)]
pub(crate) struct Log(Arc<Lines>);

struct Lines {
    kinds: &'static [(&'static str, &'static str)],
    order: Order,
    births: Mutex<Births>,
    entries: Mutex<Vec<Entry>>,
}

impl Log {
    /// Starts a log of the resources whose kinds are in `kinds`.
    ///
    /// `kinds` maps a kind to the word that the pair uses for it. A resource of another kind stands for its nearest
    /// logged trigger.
    pub(crate) fn start(kinds: &'static [(&'static str, &'static str)], order: Order) -> Self {
        let log = Log(Arc::new(Lines { kinds, order, births: Mutex::default(), entries: Mutex::default() }));
        let lines = Arc::clone(&log.0);
        create_hook().init(move |resource| lines.note(resource)).build().enable();
        log
    }

    pub(crate) fn say(&self, text: impl Display) {
        self.0.push(Entry { by: execution_async_id(), text: text.to_string(), last: false });
    }

    /// The value of a local, or `none`.
    pub(crate) fn value<T: Display + Send + Sync + 'static>(&self, name: &str, local: &AsyncLocal<T>) {
        self.say(format!("{name}={}", shown(local)));
    }

    /// A hook, still disabled, that logs the pair's own resources.
    ///
    /// Each of its lines begins with `label`.
    pub(crate) fn hook(&self, label: &'static str) -> AsyncHook {
        self.recorder(label, life(), true)
    }

    /// The same for these events alone.
    pub(crate) fn hook_of(&self, label: &'static str, events: Events) -> AsyncHook {
        self.recorder(label, events, true)
    }

    /// The same with `destroy` in its place among the other lines.
    pub(crate) fn hook_in_place(&self, label: &'static str) -> AsyncHook {
        self.recorder(label, life(), false)
    }

    fn recorder(&self, label: &'static str, events: Events, destroys_last: bool) -> AsyncHook {
        AsyncHook::new(Recorder { lines: Arc::clone(&self.0), label, events, destroys_last })
    }

    /// All of it in the form in which it is compared; asked for when the program has ended.
    pub(crate) fn normalised(&self) -> String {
        normalised(&lock(&self.0.births), &lock(&self.0.entries), self.0.order)
    }
}

/// The events that every pair is about unless it says otherwise; only futures resolve.
fn life() -> Events {
    calls() | Events::DESTROY
}

/// `init`, `before` and `after`, where the end is not the point.
pub(crate) fn calls() -> Events {
    Events::INIT | Events::BEFORE | Events::AFTER
}

/// The value of a local inside a line, or `none`.
pub(crate) fn shown<T: Display + Send + Sync + 'static>(local: &AsyncLocal<T>) -> String {
    local.with(|value| value.map_or("none".to_owned(), T::to_string))
}

/// An async id inside a line; it becomes a name when the program has ended.
pub(crate) fn id(id: impl Into<Option<AsyncId>>) -> String {
    id.into().map_or("none".to_owned(), |id| format!("<{id}>"))
}

/// Who executes, and who caused that.
pub(crate) fn ids() -> String {
    format!("executing={} trigger={}", id(execution_async_id()), id(trigger_async_id()))
}

impl Lines {
    fn note(&self, resource: &Resource) {
        let birth = Birth { is_own: self.word(resource).is_some(), trigger: resource.trigger_async_id() };
        lock(&self.births).insert(resource.async_id(), birth);
    }

    fn word(&self, resource: &Resource) -> Option<&'static str> {
        self.kinds.iter().find(|(kind, _)| *kind == resource.kind()).map(|(_, word)| *word)
    }

    fn push(&self, entry: Entry) {
        lock(&self.entries).push(entry);
    }
}

struct Recorder {
    lines: Arc<Lines>,
    label: &'static str,
    events: Events,
    destroys_last: bool,
}

impl Recorder {
    fn record(&self, event: &str, resource: &Resource, rest: impl Fn(&str) -> String) {
        if let Some(word) = self.lines.word(resource) {
            let text = format!("{}{event} {}{}", self.label, id(resource.async_id()), rest(word));
            let last = event == "destroy" && self.destroys_last;
            self.lines.push(Entry { by: execution_async_id(), text, last });
        }
    }
}

impl Hook for Recorder {
    fn init(&self, resource: &Resource) {
        self.record("init", resource, |word| format!(" {word} trigger={}", id(resource.trigger_async_id())));
    }

    fn before(&self, resource: &Resource) {
        self.record("before", resource, |_| String::new());
    }

    fn after(&self, resource: &Resource) {
        self.record("after", resource, |_| String::new());
    }

    fn resolve(&self, resource: &Resource) {
        self.record("resolve", resource, |_| String::new());
    }

    fn destroy(&self, resource: &Resource) {
        self.record("destroy", resource, |_| String::new());
    }

    fn events(&self) -> Events {
        self.events
    }
}

/// Nothing under these locks can panic half-way through a change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_hooks::AsyncResource;

    #[test]
    fn own_resources_are_logged_and_others_looked_through() {
        let log = Log::start(&[("log test", "job")], Order::AsItHappens);
        let _enabled = log.hook("").enable_scoped();
        let foreign = AsyncResource::new("foreign");
        let own = foreign.run_in_async_scope(|| AsyncResource::new("log test"));
        own.run_in_async_scope(|| log.say(ids()));
        drop(own);
        log.say("end");
        let expected = "init a job trigger=root\nbefore a\nexecuting=a trigger=root\nafter a\nend\ndestroy a\n";
        assert_eq!(log.normalised(), expected);
    }
}
