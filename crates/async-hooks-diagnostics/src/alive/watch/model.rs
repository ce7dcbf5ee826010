//! Watches that come and go while resources begin and end.

use std::ops::Deref;
use std::sync::atomic::AtomicBool as Unexplored;
use std::sync::{Arc, Mutex, PoisonError};

use async_hooks_core::AsyncId;
use async_hooks_explorer::{Steps, at_once, explore};

use super::*;
use crate::alive::shared_hook::HookHandle;
use crate::alive::table::Life;
use crate::sync::AtomicBool;

/// The hooks that are enabled, in the order of enabling.
///
/// These models run one after the other.
static ENABLED: Mutex<Vec<Handle>> = Mutex::new(Vec::new());

/// A hook of the table, or of a tool that reads the table.
#[derive(Clone)]
struct Handle(Arc<Explored>);

struct Explored {
    /// What core does to its list of hooks at once is one step.
    step: AtomicBool,
    is_of_table: bool,
}

impl Handle {
    fn new(is_of_table: bool) -> Handle {
        Handle(Arc::new(Explored { step: AtomicBool::new(false), is_of_table }))
    }

    fn with_list<R>(&self, f: impl FnOnce(&mut Vec<Handle>) -> R) -> R {
        self.0.step.load(Ordering::SeqCst);
        f(&mut ENABLED.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is(&self, other: &Handle) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl HookHandle for Handle {
    fn enable(&self) {
        self.with_list(|list| {
            if !list.iter().any(|hook| hook.is(self)) {
                list.push(self.clone());
            }
        });
    }

    fn disable(&self) {
        self.with_list(|list| list.retain(|hook| !hook.is(self)));
    }

    fn is_enabled(&self) -> bool {
        self.with_list(|list| list.iter().any(|hook| hook.is(self)))
    }
}

/// What a table keeps of a resource of a model.
struct Noted {
    generation: u32,
    ends: Unexplored,
}

impl Life for Noted {
    fn generation(&self) -> u32 {
        self.generation
    }

    fn end(&self) {
        assert!(!self.ends.swap(true, Ordering::SeqCst), "a record ends once");
    }
}

#[derive(Clone)]
struct Shared(Arc<Table<Noted, Handle>>);

impl Deref for Shared {
    type Target = Table<Noted, Handle>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl TableRef for Shared {
    type Life = Noted;
    type Hook = Handle;
}

impl Shared {
    fn new() -> Shared {
        ENABLED.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Shared(Arc::new(Table::new(|| Handle::new(true), || Handle::new(false))))
    }

    fn watch(&self) -> Watch<Shared> {
        let watch = Watch::of(self.clone(), None);
        watch.listen();
        watch
    }

    fn watch_polls(&self) -> Watch<Shared> {
        let watch = Watch::of(self.clone(), Some(self.polls.join()));
        watch.listen();
        watch
    }

    /// Delivers an event, as core does: once to each hook that was enabled at one moment.
    fn deliver(&self, event: impl Fn()) {
        let hooks = Handle::new(false).with_list(|list| list.clone());
        hooks.iter().filter(|hook| hook.0.is_of_table).for_each(|_| event());
    }

    /// The life of a resource, on one thread.
    fn live(&self, number: u64, meanwhile: impl FnOnce(AsyncId)) {
        let id = AsyncId::from_u64(number).unwrap_or(AsyncId::ROOT);
        let noted = |generation| Arc::new(Noted { generation, ends: Unexplored::new(false) });
        self.deliver(|| self.add(id, noted));
        meanwhile(id);
        self.deliver(|| {
            self.remove(id);
        });
    }

    fn steps(&self, steps: impl FnOnce(&Shared) + Send + 'static) -> Steps {
        let table = self.clone();
        Box::new(move || steps(&table))
    }

    /// Nobody watches, and nothing is left that a later watch lists.
    fn assert_clean(&self) {
        assert!(ENABLED.lock().unwrap_or_else(PoisonError::into_inner).is_empty(), "a hook outlives its watches");
        let later = self.watch();
        assert_eq!(listed(&later), 0, "the dead are listed");
        drop(later);
        assert_eq!(self.count_since(0, |_| true), 0, "a record outlives its watches");
    }
}

fn listed(watch: &Watch<Shared>) -> usize {
    watch.table.count_since(watch.generation(), |_| true)
}

fn sees(watch: &Watch<Shared>, id: AsyncId) -> bool {
    watch.table.get(id).is_some_and(|noted| noted.generation >= watch.generation())
}

#[test]
fn what_is_created_under_a_watch_is_listed_until_it_ends_while_watches_of_others_come_and_go() {
    explore(|| {
        let table = Shared::new();
        let watching = |number| {
            table.steps(move |table| {
                let watch = table.watch();
                table.live(number, |id| assert!(sees(&watch, id), "a living resource is not listed"));
                assert!(!sees(&watch, AsyncId::from_u64(number).unwrap_or(AsyncId::ROOT)), "the dead is listed");
            })
        };
        let short = table.steps(|table| drop(table.watch_polls()));
        let unwatched = table.steps(|table| table.live(4, |_| ()));
        at_once([watching(2), watching(3), short, unwatched]);
        table.assert_clean();
    });
}

#[test]
fn a_watch_that_stays_lists_the_living_and_no_other_whichever_watches_begin_and_end() {
    explore(|| {
        let table = Shared::new();
        let watch = table.watch_polls();
        let toggle = |table: &Shared| drop(table.watch_polls());
        let again = |table: &Shared| drop(table.watch());
        let living = table.steps(|table| {
            table.live(2, |_| ());
            table.live(3, |_| ());
        });
        at_once([table.steps(toggle), table.steps(again), living]);
        assert_eq!(listed(&watch), 0);
        table.live(4, |_| assert_eq!(listed(&watch), 1));
        drop(watch);
        table.assert_clean();
    });
}

#[test]
fn a_watch_that_begins_as_the_last_one_ends_does_not_list_what_has_ended() {
    explore(|| {
        let table = Shared::new();
        let (former, later) = (table.watch(), Arc::new(Mutex::new(None)));
        let keeping = Arc::clone(&later);
        let begin = table.steps(move |table| {
            *keeping.lock().unwrap_or_else(PoisonError::into_inner) = Some(table.watch());
        });
        let end = table.steps(|_| drop(former));
        at_once([begin, end, table.steps(|table| table.live(2, |_| ()))]);
        let later = later.lock().unwrap_or_else(PoisonError::into_inner).take();
        assert_eq!(later.as_ref().map(listed), Some(0), "the dead are listed");
        drop(later);
        table.assert_clean();
    });
}

#[test]
fn a_hook_that_reads_the_table_runs_after_that_of_the_table() {
    explore(|| {
        let table = Shared::new();
        let reading = |table: &Shared| {
            let watch = table.watch();
            let own = Handle::new(false);
            own.enable();
            for _ in 0..2 {
                let is_first = |list: &mut Vec<Handle>| {
                    let both = list.iter().filter(|hook| hook.is(&watch.lives) || hook.is(&own));
                    both.map(|hook| hook.is(&own)).eq([false, true])
                };
                assert!(own.with_list(is_first), "the record is not there yet");
            }
            own.disable();
        };
        let toggle = |table: &Shared| (0..2).for_each(|_| drop(table.watch()));
        at_once([table.steps(reading), table.steps(reading), table.steps(toggle)]);
        table.assert_clean();
    });
}

#[test]
fn threads_that_make_one_watch_listen_at_once_all_see_what_they_create() {
    explore(|| {
        let table = Shared::new();
        let watch = Arc::new(Watch::of(table.clone(), None));
        let listening = |number| {
            let watch = Arc::clone(&watch);
            table.steps(move |table| {
                watch.listen();
                table.live(number, |id| assert!(sees(&watch, id)));
            })
        };
        at_once([listening(2), listening(3), table.steps(|table| drop(table.watch()))]);
        assert_eq!(listed(&watch), 0);
        drop(watch);
        table.assert_clean();
    });
}
