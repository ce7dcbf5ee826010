//! For the adapters of this family, with no promise to anybody else: to enter and leave a resource without a closure, and
//! in any order, as subscribers and runtimes do.

use std::cell::RefCell;

use crate::async_resource::AsyncResource;
use crate::context;
use crate::dispatch;
use crate::execution;
use crate::id::AsyncId;
use crate::location::Location;
pub use crate::location::Site;
use crate::mapping::Mapping;
use crate::resource::Resource;

/// A place that the compiler did not record; made once per place, since it lives on.
#[must_use]
pub const fn location(site: &'static Site) -> Location {
    Location::at_site(site)
}

/// One resource entered by [`enter`] on this thread and not left yet.
struct Entry {
    resource: Resource,
    previous: Resource,
    /// Its context was brought to a thread that had none, and goes with it.
    brought_context: bool,
}

thread_local! {
    /// In the order of entering; an entry may stay behind when its scope was cut short by the end of a poll.
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// Makes the resource the executing one of this thread until [`leave`].
///
/// Its captured context comes with it only to a thread that is in ROOT and has none, so that a resource entered inside
/// another scope never hides the values there. A thread past its end, which could not note the way back, stays as it is.
pub fn enter(entered: &AsyncResource) {
    let resource = entered.resource();
    let noted = ENTRIES.try_with(|entries| {
        let previous = execution::replace(resource);
        let brought_context = previous.async_id() == AsyncId::ROOT && bring_context(entered.context());
        entries.borrow_mut().push(Entry { resource, previous, brought_context });
    });
    if noted.is_ok() {
        dispatch::before(&resource);
    }
}

/// Undoes the last [`enter`] of the resource on this thread; does nothing if there was none.
///
/// When something was entered above it, that one is left standing, and leads back to where this one came from.
pub fn leave(left: &AsyncResource) {
    let resource = left.resource();
    let Ok(Some(entry)) = ENTRIES.try_with(|entries| take_out(&mut entries.borrow_mut(), &resource)) else {
        return;
    };
    let executing = execution::replace(resource);
    dispatch::after(&resource);
    execution::replace(executing);
    // A poll that ended in between has restored the thread already; then the executing resource is another one.
    if executing == resource {
        restore(entry);
    }
}

fn bring_context(captured: &Mapping) -> bool {
    let brings = !captured.is_empty() && context::read(Mapping::is_empty);
    if brings {
        context::swap(&mut captured.clone());
    }
    brings
}

fn take_out(entries: &mut Vec<Entry>, resource: &Resource) -> Option<Entry> {
    let position = entries.iter().rposition(|entry| entry.resource == *resource)?;
    let entry = entries.remove(position);
    if let Some(above) = entries[position..].iter_mut().find(|above| above.previous == *resource) {
        above.previous = entry.previous;
        above.brought_context |= entry.brought_context;
    }
    Some(entry)
}

fn restore(entry: Entry) {
    execution::replace(entry.previous);
    if entry.brought_context {
        context::swap(&mut Mapping::default());
    }
}
