//! The end of a log line: ids, and a line break.
//!
//! A thread usually logs more than one line for the same resource, so it keeps the last suffix of each kind. The trigger of a
//! resource never changes, so the id identifies the suffix.

use std::cell::RefCell;

use crate::field::Field;
use crate::line_ids::LineIds;

/// The kind of line that the suffix ends.
#[derive(Clone, Copy)]
pub(crate) enum IdSuffix {
    Text,
    /// A JSON object that has members.
    Object,
}

struct Kept {
    /// 0 when there is none.
    id: u64,
    text: String,
}

thread_local! {
    static LAST: RefCell<[Kept; 2]> = const { RefCell::new([const { Kept { id: 0, text: String::new() } }; 2]) };
}

impl IdSuffix {
    /// Replaces the end of the line, after the program's own fields.
    #[inline]
    pub(crate) fn replace(self, line: &mut String, ending: &str, fields: &[Field], ids: LineIds) {
        line.truncate(line.len().saturating_sub(ending.len()));
        if fields.is_empty() { self.add(line, ids) } else { self.add_behind(fields, line, ids) }
    }

    #[inline(never)]
    fn add_behind(self, fields: &[Field], line: &mut String, ids: LineIds) {
        for field in fields {
            match self {
                IdSuffix::Text => field.push_to_text(line),
                IdSuffix::Object => field.push_to_object(line),
            }
        }
        self.add(line, ids);
    }

    #[inline]
    fn add(self, line: &mut String, ids: LineIds) {
        let added = LAST.try_with(|last| {
            // Borrowed while an allocator logs.
            let Ok(mut last) = last.try_borrow_mut() else { return false };
            let kept = &mut last[self as usize];
            if kept.id != ids.id() {
                kept.renew(ids, self);
            }
            line.push_str(&kept.text);
            true
        });
        if !added.unwrap_or(false) {
            self.write(ids, line);
        }
    }

    #[inline(never)]
    fn write(self, ids: LineIds, line: &mut String) {
        let [name, trigger_name, end] = match self {
            IdSuffix::Text => [" async_id=", " trigger_async_id=", "\n"],
            IdSuffix::Object => [",\"async_id\":", ",\"trigger_async_id\":", "}\n"],
        };
        line.push_str(name);
        push_number(line, ids.id());
        line.push_str(trigger_name);
        push_number(line, ids.trigger());
        line.push_str(end);
    }
}

/// The fields and ids as members of an object, each behind a comma.
///
/// Those that it has are left out.
#[cold]
pub(crate) fn members(fields: &[Field], ids: LineIds, has: impl Fn(&str) -> bool) -> String {
    let mut members = String::new();
    fields.iter().filter(|field| !has(field.name)).for_each(|field| field.push_to_object(&mut members));
    for (name, id) in [("async_id", ids.id()), ("trigger_async_id", ids.trigger())] {
        if !has(name) {
            members.push_str(",\"");
            members.push_str(name);
            members.push_str("\":");
            push_number(&mut members, id);
        }
    }
    members
}

impl Kept {
    #[inline(never)]
    fn renew(&mut self, ids: LineIds, ending: IdSuffix) {
        self.text.clear();
        ending.write(ids, &mut self.text);
        self.id = ids.id();
    }
}

/// By hand, because `write!` would double what the ids cost.
fn push_number(line: &mut String, number: u64) {
    if number > 9 {
        push_number(line, number / 10);
    }
    line.push(char::from(b'0' + (number % 10) as u8));
}
