//! How events are written as words of 64 bits.
//!
//! ```text
//!   63    60 59              32 31               0
//!   [  tag  ][ ticks            ][ id, low half    ]     an event: since the previous event of the section, and whose it is
//!   [ TIME  ][ ticks since the clock's start       ]     the time, where the difference does not fit
//!   [ HIGH  ][                  ][ id, high half   ]     for the events that follow, where it differs
//! ```
//!
//! Words with more about an event follow the event's own:
//!
//! ```text
//!   DESTROY      trigger (52) | label's bytes + 1, or 0 (12)      start, or UNKNOWN      site (32) | creating thread (32)      label
//!   WAKE_BY      id, or DRIVER | name
//!   ATTRIBUTE    name (32) | type (8) | bytes (24)      value
//!   LOG          site (32) | level (8) | bytes (24)     message
//! ```

/// What a word begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Tag {
    Before = 1,
    /// A poll begins on a thread that is unwinding already.
    BeforeUnwinding = 2,
    After = 3,
    /// A poll ends on a thread that is unwinding.
    AfterUnwinding = 4,
    Resolve = 5,
    Destroy = 6,
    /// The resource is woken by the one whose poll began last on this thread.
    WakeByBegun = 7,
    WakeByRoot = 8,
    WakeBy = 9,
    Attribute = 10,
    Log = 11,
    Time = 12,
    High = 13,
}

impl Tag {
    const ALL: [Tag; 13] = [
        Tag::Before,
        Tag::BeforeUnwinding,
        Tag::After,
        Tag::AfterUnwinding,
        Tag::Resolve,
        Tag::Destroy,
        Tag::WakeByBegun,
        Tag::WakeByRoot,
        Tag::WakeBy,
        Tag::Attribute,
        Tag::Log,
        Tag::Time,
        Tag::High,
    ];

    pub(crate) fn of(word: u64) -> Option<Tag> {
        let number = (word >> TAG_SHIFT) as usize;
        Tag::ALL.get(number.wrapping_sub(1)).copied()
    }
}

const TAG_SHIFT: u32 = 60;

/// The least difference of times that does not fit: some 100 ms.
pub(crate) const ELAPSED_LIMIT: u64 = 1 << 28;

/// In place of a start: it is not known.
pub(crate) const UNKNOWN: u64 = u64::MAX;

/// In a word behind `WAKE_BY`: the root woke, under the kind with this name.
pub(crate) const DRIVER: u64 = 1 << 63;

/// The bits of a trigger, which leave room for a length.
pub(crate) const TRIGGER_BITS: u32 = 52;

#[inline]
pub(crate) const fn event(tag: Tag, elapsed: u64, id: u64) -> u64 {
    (tag as u64) << TAG_SHIFT | elapsed << 32 | low(id) as u64
}

#[inline]
pub(crate) const fn low(id: u64) -> u32 {
    id as u32
}

#[inline]
pub(crate) const fn high(id: u64) -> u32 {
    (id >> 32) as u32
}

/// Two halves of a word.
#[inline]
pub(crate) const fn halves(upper: u32, lower: u32) -> u64 {
    (upper as u64) << 32 | lower as u64
}

/// The time of an event, since the previous one.
pub(crate) const fn elapsed(word: u64) -> u64 {
    word >> 32 & (ELAPSED_LIMIT - 1)
}

/// The time of a `TIME` word. Larger times, in more than ten years, are cut.
pub(crate) const fn time(elapsed: u64) -> u64 {
    (Tag::Time as u64) << TAG_SHIFT | rest(elapsed)
}

/// All but the tag.
pub(crate) const fn rest(word: u64) -> u64 {
    word & ((1 << TAG_SHIFT) - 1)
}

pub(crate) const fn high_half(id: u64) -> u64 {
    (Tag::High as u64) << TAG_SHIFT | high(id) as u64
}

/// The number of words that a text takes.
pub(crate) const fn words_of(bytes: usize) -> usize {
    bytes.div_ceil(8)
}

/// A text, eight bytes a word; the last one is filled up with zeros.
pub(crate) fn text_words(text: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let whole = text.chunks_exact(8);
    let rest = whole.remainder();
    let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let words = whole.map(|part| part.try_into().map_or(0, u64::from_le_bytes));
    words.chain((!rest.is_empty()).then_some(last))
}

/// The bytes of a text that [`text_words`] made.
pub(crate) fn bytes(words: &[u64], length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(words.len() * 8);
    words.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
    bytes.truncate(length);
    bytes
}

/// The text that [`text_words`] made; what is not valid, as after a cut, is replaced.
pub(crate) fn text(words: &[u64], length: usize) -> String {
    String::from_utf8(bytes(words, length))
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_holds_its_tag_time_and_id() {
        for tag in Tag::ALL {
            let word = event(tag, ELAPSED_LIMIT - 1, u64::MAX);
            assert_eq!((Tag::of(word), elapsed(word), low(word)), (Some(tag), ELAPSED_LIMIT - 1, u32::MAX));
        }
        assert_eq!((Tag::of(0), Tag::of(u64::MAX)), (None, None));
    }

    #[test]
    fn a_text_is_read_as_it_was_written() {
        for text in ["", "a", "12345678", "a longer text, of many words"] {
            let words = Vec::from_iter(text_words(text.as_bytes()));
            assert_eq!(words.len(), words_of(text.len()));
            assert_eq!(bytes(&words, text.len()), text.as_bytes());
        }
    }
}
