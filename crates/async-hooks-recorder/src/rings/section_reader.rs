//! Reads the words of one section as events.

use std::sync::Arc;

use async_hooks_core::AsyncId;
use async_hooks_tools::MAX_BYTES;

use crate::model::assembler::{Assembler, Description};
use crate::model::attribute_record::AttributeRecord;
use crate::model::log_record::{LogLevel, LogRecord};
use crate::model::thread_events::ThreadEvents;
use crate::model::wake_record::WakeSource;
use crate::rings::chunk::Section;
use crate::rings::living::Living;
use crate::rings::names::Names;
use crate::rings::value;
use crate::rings::word::{self, DRIVER, TRIGGER_BITS, Tag};
use crate::time::timestamp::Timestamp;

/// The state that the words of a section build on.
pub(crate) struct SectionReader<'a> {
    now: u64,
    high: u32,
    begun: u64,
    names: &'a Names,
}

/// An event, with the words that follow its own.
struct RingEvent<'w> {
    tag: Tag,
    id: AsyncId,
    at: Timestamp,
    more: &'w [u64],
}

impl<'a> SectionReader<'a> {
    pub(crate) fn new(section: &Section, names: &'a Names) -> SectionReader<'a> {
        SectionReader { now: section.start, high: section.high, begun: section.begun, names }
    }

    /// Reads the events until a time.
    pub(crate) fn read(mut self, words: &[u64], until: u64, thread: &mut ThreadEvents, into: &mut Assembler) {
        let mut rest = words;
        while let Some(event) = self.next_event(&mut rest) {
            match self.now <= until {
                true => self.apply(&event, thread, into),
                false => self.apply_late(&event, until, into),
            }
        }
    }

    /// Reads who has ended, and was alive at a time or until shortly before.
    pub(crate) fn read_ends(mut self, words: &[u64], time: u64, into: &mut Assembler) {
        let mut rest = words;
        while let Some(event) = self.next_event(&mut rest) {
            match (ended(&event), self.now <= time) {
                (Some(living), true) => {
                    let description = self.names.description(living);
                    into.describe(event.id, Description { end: Some(event.at), ..description });
                }
                _ => self.apply_late(&event, time, into),
            }
        }
    }

    fn next_event<'w>(&mut self, rest: &mut &'w [u64]) -> Option<RingEvent<'w>> {
        loop {
            let (&first, more) = rest.split_first()?;
            let tag = Tag::of(first)?;
            let (more, next) = more.split_at(more_words(tag, more).min(more.len()));
            *rest = next;
            if let Some(event) = self.event(tag, first, more) {
                return Some(event);
            }
        }
    }

    /// The event of a word; `None` for a word that only prepares the next ones.
    fn event<'w>(&mut self, tag: Tag, word: u64, more: &'w [u64]) -> Option<RingEvent<'w>> {
        match tag {
            Tag::Time => self.now = word::rest(word),
            Tag::High => self.high = word::low(word),
            _ => {
                self.now += word::elapsed(word);
                let id = AsyncId::from_u64(word::halves(self.high, word::low(word)))?;
                return Some(RingEvent { tag, id, at: Timestamp::from_ticks(self.now), more });
            }
        }
        None
    }

    fn apply(&mut self, event: &RingEvent<'_>, thread: &mut ThreadEvents, into: &mut Assembler) {
        let RingEvent { tag, id, at, .. } = *event;
        match tag {
            Tag::Before | Tag::BeforeUnwinding => {
                self.begun = id.as_u64();
                thread.before(id, at, tag == Tag::BeforeUnwinding);
            }
            Tag::After | Tag::AfterUnwinding => thread.after(into, id, at, tag == Tag::AfterUnwinding),
            Tag::Resolve => into.resolve(id),
            Tag::Destroy => self.destroy(event, thread, into),
            Tag::WakeByBegun | Tag::WakeByRoot | Tag::WakeBy => {
                let (by, source) = self.waker(event);
                thread.wake(into, id, at, by, source);
            }
            Tag::Attribute => self.attribute(event, thread, into),
            Tag::Log => self.log(event, thread, into),
            Tag::Time | Tag::High => {}
        }
    }

    /// Reads an event behind the end of the recording: who ended there was alive before.
    fn apply_late(&self, event: &RingEvent<'_>, until: u64, into: &mut Assembler) {
        if let Some(living) = ended(event).filter(|living| living.was_alive_at(until)) {
            into.describe(event.id, self.names.description(living));
        }
    }

    fn waker(&self, event: &RingEvent<'_>) -> (AsyncId, WakeSource) {
        let by = event.more.first().copied().unwrap_or_default();
        let id = |by| AsyncId::from_u64(by).unwrap_or(AsyncId::ROOT);
        match event.tag {
            Tag::WakeByBegun => (id(self.begun), WakeSource::Unknown),
            Tag::WakeBy if by & DRIVER == 0 => (id(by), WakeSource::Unknown),
            Tag::WakeBy => (AsyncId::ROOT, WakeSource::from_kind(&self.names.text(word::low(by)))),
            _ => (AsyncId::ROOT, WakeSource::Unknown),
        }
    }

    fn destroy(&self, event: &RingEvent<'_>, thread: &mut ThreadEvents, into: &mut Assembler) {
        let Some(living) = ended(event) else { return };
        thread.destroy(into, event.id, event.at);
        let description = self.names.description(living);
        into.describe(event.id, Description { end: Some(event.at), ..description });
    }

    fn attribute(&self, event: &RingEvent<'_>, thread: &ThreadEvents, into: &mut Assembler) {
        let [header, value @ ..] = event.more else { return };
        let Some(value) = value::read(word::low(*header), value) else { return };
        let name = self.names.text(word::high(*header));
        let (at, thread) = (event.at, Arc::clone(thread.thread()));
        into.attribute(event.id, AttributeRecord { at, name, value, thread });
    }

    fn log(&self, event: &RingEvent<'_>, thread: &ThreadEvents, into: &mut Assembler) {
        let [header, message @ ..] = event.more else { return };
        let message = word::text(message, value::length(word::low(*header)));
        into.log(LogRecord {
            at: event.at,
            async_id: event.id,
            level: LogLevel::from_number(value::kind(word::low(*header))),
            target: self.names.text(word::high(*header)),
            message: message.into(),
            thread: Arc::clone(thread.thread()),
        });
    }
}

/// What the end of a resource reports about it; `None` for other events.
fn ended(event: &RingEvent<'_>) -> Option<Living> {
    let [trigger, start, site_and_thread, label @ ..] = event.more else { return None };
    (event.tag == Tag::Destroy).then(|| Living {
        start: *start,
        trigger: trigger & ((1 << TRIGGER_BITS) - 1),
        site: word::high(*site_and_thread),
        thread: word::low(*site_and_thread),
        label: label_of(*trigger, label),
    })
}

/// The number of words that follow an event's own.
fn more_words(tag: Tag, more: &[u64]) -> usize {
    let header = more.first().copied().unwrap_or_default();
    match tag {
        Tag::WakeBy => 1,
        Tag::Destroy => 3 + word::words_of(label_length(header).unwrap_or_default()),
        Tag::Attribute | Tag::Log => 1 + word::words_of(value::length(word::low(header)).min(MAX_BYTES)),
        _ => 0,
    }
}

fn label_length(trigger: u64) -> Option<usize> {
    ((trigger >> TRIGGER_BITS) as usize).checked_sub(1)
}

fn label_of(trigger: u64, words: &[u64]) -> Option<Arc<str>> {
    Some(word::text(words, label_length(trigger)?).into())
}
