//! The end of a log line: the ids of the executing resource, and a line break.
//!
//! A thread usually logs more than one line for the same resource, so it keeps the last suffix of each kind. The trigger of a
//! resource never changes, so the id identifies the suffix.

use std::cell::RefCell;

use async_hooks_core::{AsyncId, execution_async_id, trigger_async_id};

use crate::field::Field;

/// The kind of line that the suffix ends.
#[derive(Clone, Copy)]
pub(crate) enum IdSuffix {
    Text,
    /// A JSON object that has members.
    Object,
    EmptyObject,
}

struct Kept {
    /// 0 when there is none.
    id: u64,
    text: String,
}

thread_local! {
    static LAST: RefCell<[Kept; 3]> = const { RefCell::new([const { Kept { id: 0, text: String::new() } }; 3]) };
}

impl IdSuffix {
    /// Replaces the end of the line, after the program's own fields.
    #[inline]
    pub(crate) fn replace(self, line: &mut String, ending: &str, fields: &[Field]) {
        line.truncate(line.len().saturating_sub(ending.len()));
        if fields.is_empty() { self.add(line) } else { self.add_behind(fields, line) }
    }

    #[inline(never)]
    fn add_behind(self, fields: &[Field], line: &mut String) {
        let start = line.len();
        for field in fields {
            match self {
                IdSuffix::Text => field.push_to_text(line),
                IdSuffix::Object | IdSuffix::EmptyObject => field.push_to_object(line),
            }
        }
        match self {
            // The first member of an object has no comma before it.
            IdSuffix::EmptyObject if line.len() > start => {
                line.replace_range(start..=start, "{");
                IdSuffix::Object.add(line);
            }
            _ => self.add(line),
        }
    }

    #[inline]
    fn add(self, line: &mut String) {
        let added = LAST.try_with(|last| {
            // Borrowed while an allocator logs.
            let Ok(mut last) = last.try_borrow_mut() else { return false };
            let kept = &mut last[self as usize];
            let id = execution_async_id().as_u64();
            if kept.id != id {
                kept.renew(id, self);
            }
            line.push_str(&kept.text);
            true
        });
        if !added.unwrap_or(false) {
            self.write(execution_async_id().as_u64(), line);
        }
    }

    #[inline(never)]
    fn write(self, id: u64, line: &mut String) {
        let [name, trigger_name, end] = match self {
            IdSuffix::Text => [" async_id=", " trigger_async_id=", "\n"],
            IdSuffix::Object => [",\"async_id\":", ",\"trigger_async_id\":", "}\n"],
            IdSuffix::EmptyObject => ["{\"async_id\":", ",\"trigger_async_id\":", "}\n"],
        };
        line.push_str(name);
        push_number(line, id);
        line.push_str(trigger_name);
        push_number(line, trigger_async_id().map_or(0, AsyncId::as_u64));
        line.push_str(end);
    }
}

impl Kept {
    #[inline(never)]
    fn renew(&mut self, id: u64, ending: IdSuffix) {
        self.text.clear();
        ending.write(id, &mut self.text);
        self.id = id;
    }
}

/// By hand, because `write!` would double what the ids cost.
fn push_number(line: &mut String, number: u64) {
    if number > 9 {
        push_number(line, number / 10);
    }
    line.push(char::from(b'0' + (number % 10) as u8));
}
