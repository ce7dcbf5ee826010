//! Which context a span brings when it is entered.

use crate::context::mapping::Mapping;
use crate::context::mapping::guarded::Guarded;
use crate::context::mapping::node::{self, Key};
use crate::context::mapping::setter::Setter;

/// The context that the span captured, under what the executing resource has set itself.
///
/// Nothing if that equals the current context, or if the span captured none.
///
/// What the resource was created with has another setter, so it gives way. What it set is marked as the span's: inside the span it
/// counts as set there. A local that stays with its resource never follows a span.
pub(super) fn brought(captured: &Mapping, current: &Mapping, owner: Setter, span: Setter) -> Option<Mapping> {
    if captured.is_same(current) || captured.is_empty() || !differs(captured, current, owner) {
        return None;
    }
    let mut brought = captured.clone();
    captured.for_each(&mut |key, _| {
        if stays(key) {
            drop(brought.remove(key));
        }
    });
    current.for_each_set(&mut |key, setter, _| {
        if setter == owner || stays(key) {
            drop(brought.put_back(key, current.found(key).marked(span)));
        }
    });
    Some(brought)
}

fn differs(captured: &Mapping, current: &Mapping, owner: Setter) -> bool {
    let mut differs = false;
    captured.for_each(&mut |key, _| {
        let there = current.found(key);
        differs |= !stays(key) && !there.is_set_by(owner) && !Guarded::is_same_value(&there, &captured.found(key));
    });
    current.for_each_set(&mut |key, setter, _| {
        differs |= !stays(key) && setter != owner && captured.found(key).is_nothing();
    });
    differs
}

fn stays(key: Key) -> bool {
    key & node::STAYS != 0
}
