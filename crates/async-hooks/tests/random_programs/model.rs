//! What a program must do, by the rules alone.
//!
//! There are no futures, threads or hooks here: a task that is spawned runs at once and to its end, since nothing that
//! it sees may depend on when it runs.

use std::array;
use std::mem;
use std::rc::Rc;

use crate::outcome::{End, Entry, Life, Name, Outcome};
use crate::program::{Act, Around, BARRIER, DEFAULTS, FORKED, LOCALS, Local, Program, Step, Trigger, Value, fork};
use crate::world::Tasks;

type Context = [Setting; LOCALS];

/// Not set, set to none, or set to a value.
///
/// Who sets a local again to what it is has changed it, hence the number.
#[derive(Clone, Copy, PartialEq, Default)]
struct Setting {
    set_to: Option<Option<Value>>,
    number: usize,
}

/// Rule 2: ids, and the context as it was at the creation.
#[derive(Clone)]
struct Resource {
    name: Name,
    trigger: Option<Name>,
    context: Context,
}

#[derive(Clone)]
struct Strand {
    name: Name,
    created: usize,
    executing: Resource,
    /// What is current; the context of `executing` is what was captured.
    context: Context,
    kept: Kept,
    children: Vec<End>,
}

/// What later code and spawned tasks can use.
#[derive(Clone, Default)]
struct Kept {
    snapshots: Vec<Context>,
    bound: Vec<Rc<Bound>>,
}

struct Bound {
    resource: Resource,
    kept: Kept,
    acts: Vec<Act>,
}

struct Guard {
    local: Local,
    previous: Setting,
    is_live: bool,
}

pub(crate) fn outcome(program: &Program, tasks: Tasks) -> Outcome {
    let root = Resource { name: "root".into(), trigger: None, context: Context::default() };
    let kept = Kept { snapshots: vec![root.context], bound: Vec::new() };
    let mut strand = Strand::new(root, kept);
    let mut model = Model { outcome: Outcome::default(), settings: 0, tasks };
    model.steps(&mut strand, &program.0);
    model.disable(&mut strand);
    model.outcome
}

struct Model {
    outcome: Outcome,
    settings: usize,
    tasks: Tasks,
}

impl Model {
    fn steps(&mut self, strand: &mut Strand, steps: &[Step]) -> End {
        let mut end = End::Done;
        for step in steps {
            self.observe(strand);
            end = self.step(strand, step);
            if end != End::Done {
                break;
            }
        }
        self.observe(strand);
        end
    }

    fn step(&mut self, strand: &mut Strand, step: &Step) -> End {
        match step {
            Step::Acts(acts) => return self.acts(strand, acts),
            Step::Yield => {}
            Step::Await(around, steps) => {
                return self.within(strand, *around, Form::Future, |model, strand| model.steps(strand, steps));
            }
            Step::Interleave { around, first, meanwhile, then } => {
                self.interleave(strand, *around, [first, then], meanwhile);
            }
            Step::Discard(around, _) => {
                self.within(strand, *around, Form::Future, |model, strand| {
                    model.observe(strand);
                    End::Unpolled
                });
            }
            Step::Cancel(steps) => {
                if self.steps(strand, steps) == End::Panicked {
                    return End::Panicked;
                }
            }
            Step::Park => return End::Parked,
            Step::Join(choice) => {
                if let Some(index) = choice.checked_rem(strand.children.len()) {
                    let end = strand.children.remove(index);
                    self.log(&strand.name, Entry::Joined(end));
                }
            }
        }
        End::Done
    }

    fn acts(&mut self, strand: &mut Strand, acts: &[Act]) -> End {
        let (mut end, mut guards) = (End::Done, Vec::new());
        for act in acts {
            self.observe(strand);
            end = self.act(strand, &mut guards, act);
            if end != End::Done {
                break;
            }
        }
        (0..guards.len()).for_each(|index| strand.leave(&mut guards, index));
        self.observe(strand);
        end
    }

    fn act(&mut self, strand: &mut Strand, guards: &mut Vec<Guard>, act: &Act) -> End {
        match act {
            Act::EnterWith(local, value) => strand.context[*local] = self.set(Some(*value)),
            Act::Enter(local, value) => {
                let previous = mem::replace(&mut strand.context[*local], self.set(Some(*value)));
                guards.push(Guard { local: *local, previous, is_live: true });
            }
            Act::Leave(choice) => {
                if let Some(index) = choice.checked_rem(guards.len()) {
                    strand.leave(guards, index);
                }
            }
            Act::Call(around, acts) => {
                return self.within(strand, *around, Form::Call, |model, strand| model.acts(strand, acts));
            }
            Act::Capture => strand.kept.snapshots.push(strand.context),
            Act::Bind(acts) => self.bind(strand, acts),
            Act::CallBound(choice) => return self.call_bound(strand, *choice),
            Act::Spawn(steps) => self.spawn(strand, Form::Future, |model, strand| model.steps(strand, steps)),
            Act::SpawnBlocking(acts) => self.spawn(strand, Form::Call, |model, strand| model.acts(strand, acts)),
            Act::Panic => return End::Panicked,
        }
        End::Done
    }

    fn within(&mut self, strand: &mut Strand, around: Around, form: Form, body: impl Body) -> End {
        let mut inside = self.inside(strand, around, form);
        inside.enter(strand);
        let end = body(self, strand);
        inside.leave(strand);
        self.finish(strand, &inside, end);
        if matches!((around, end), (Around::Catch, End::Panicked)) { End::Done } else { end }
    }

    /// As in a callback, what the future keeps is gone with it.
    fn interleave(&mut self, strand: &mut Strand, around: Around, [first, then]: [&[Step]; 2], meanwhile: &[Act]) {
        let mut aside = strand.aside(strand.kept.clone());
        let mut inside = self.inside(&mut aside, around, Form::Future);
        inside.enter(&mut aside);
        self.steps(&mut aside, first);
        inside.leave(&mut aside);

        strand.catch_up_with(&aside);
        self.acts(strand, meanwhile);
        aside.catch_up_with(strand);

        inside.enter(&mut aside);
        self.steps(&mut aside, then);
        inside.leave(&mut aside);
        self.finish(&mut aside, &inside, End::Done);
        strand.catch_up_with(&aside);
    }

    fn inside(&mut self, strand: &mut Strand, around: Around, form: Form) -> Inside {
        let (mut executing, mut context) = (strand.executing.clone(), strand.context);
        match around {
            Around::Local(local, value) => context[local] = self.set(value),
            Around::Snapshot(choice) => context = strand.kept.snapshots[choice % strand.kept.snapshots.len()],
            Around::Resource(trigger) => {
                executing = self.create(strand, trigger);
                context = executing.context;
            }
            Around::Catch => {}
        }
        Inside { around, form, executing, context, outside: strand.context }
    }

    /// Rule 7: `run` and `scope` put back only their own local.
    ///
    /// A future hands the rest over when it is done, not before.
    fn finish(&mut self, strand: &mut Strand, inside: &Inside, end: End) {
        match inside.around {
            Around::Local(..) if inside.form == Form::Call || end == End::Done => {
                inside.others().filter(|other| inside.has_set(*other)).for_each(|other| {
                    strand.context[other] = inside.context[other];
                });
            }
            Around::Resource(_) => self.live(&inside.executing, inside.form, end),
            _ => {}
        }
    }

    fn live(&mut self, resource: &Resource, form: Form, end: End) {
        let life = self.outcome.lives.entry(resource.name.clone()).or_default();
        life.entered |= end != End::Unpolled;
        life.resolved |= form == Form::Future && end == End::Done;
    }

    /// Rule 2: the default trigger is what executes; the context always follows the creator.
    fn create(&mut self, strand: &mut Strand, trigger: Trigger) -> Resource {
        let trigger = match trigger {
            Trigger::Creator => strand.executing.name.clone(),
            Trigger::Strand => strand.name.clone(),
        };
        let name = format!("{}.{}", strand.name, strand.created);
        strand.created += 1;
        self.outcome.lives.insert(name.clone(), Life::default());
        Resource { name, trigger: Some(trigger), context: strand.context }
    }

    fn spawn(&mut self, strand: &mut Strand, form: Form, body: impl Body) {
        let mut task = self.create(strand, Trigger::Creator);
        // A local's policy applies at a spawn, and nowhere else.
        task.context[BARRIER] = Setting::default();
        if let Some(Some(value)) = task.context[FORKED].set_to {
            task.context[FORKED] = self.set(Some(fork(&value)));
        }
        let mut kept = strand.kept.clone();
        kept.snapshots.push(strand.context);
        let end = body(self, &mut Strand::new(task.clone(), kept));
        // Of a task without a wrapper nobody tells how it ended.
        let form = if self.tasks == Tasks::Plain { Form::Call } else { form };
        self.live(&task, form, end);
        strand.children.push(end);
    }

    /// A callback sees itself once more when it is dropped.
    fn bind(&mut self, strand: &mut Strand, acts: &[Act]) {
        let resource = self.create(strand, Trigger::Creator);
        self.log(&resource.name, resource.saw(&resource.context));
        strand.kept.bound.push(Rc::new(Bound { resource, kept: strand.kept.clone(), acts: acts.to_vec() }));
    }

    /// Rule 7: whatever the callback enters, each call finds the context as it was captured.
    fn call_bound(&mut self, strand: &mut Strand, choice: usize) -> End {
        let Some(index) = choice.checked_rem(strand.kept.bound.len()) else { return End::Done };
        let bound = Rc::clone(&strand.kept.bound[index]);
        let mut aside = strand.aside(bound.kept.clone());
        (aside.executing, aside.context) = (bound.resource.clone(), bound.resource.context);
        let end = self.acts(&mut aside, &bound.acts);
        self.live(&bound.resource, Form::Call, end);
        strand.created = aside.created;
        end
    }

    /// Rule 8: at the end every local is disabled, and no captured value comes back.
    fn disable(&mut self, strand: &mut Strand) {
        strand.context = Context::default();
        (0..=strand.kept.snapshots.len()).for_each(|_| self.observe(strand));
    }

    fn set(&mut self, value: Option<Value>) -> Setting {
        self.settings += 1;
        Setting { set_to: Some(value), number: self.settings }
    }

    fn observe(&mut self, strand: &Strand) {
        self.log(&strand.name, strand.executing.saw(&strand.context));
    }

    fn log(&mut self, name: &Name, entry: Entry) {
        self.outcome.logs.entry(name.clone()).or_default().push(entry);
    }
}

/// What happens inside, where there is something around it.
trait Body: FnOnce(&mut Model, &mut Strand) -> End {}
impl<F: FnOnce(&mut Model, &mut Strand) -> End> Body for F {}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Call,
    Future,
}

/// The inside of a future between its polls.
///
/// While it is polled it holds what executes outside.
struct Inside {
    around: Around,
    form: Form,
    executing: Resource,
    context: Context,
    /// The surroundings as they were at the last poll.
    outside: Context,
}

impl Inside {
    /// With one local set, a future sees its surroundings as they are at each poll.
    ///
    /// What it has set itself is the exception.
    fn enter(&mut self, strand: &mut Strand) {
        match self.around {
            Around::Local(..) => {
                let followed: Vec<_> = self.others().filter(|other| !self.has_set(*other)).collect();
                followed.into_iter().for_each(|other| self.context[other] = strand.context[other]);
            }
            Around::Catch => self.context = strand.context,
            Around::Snapshot(_) | Around::Resource(_) => {}
        }
        self.outside = strand.context;
        self.exchange(strand);
    }

    /// Rules 6 and 7: whatever happened inside, ids and context are what they were.
    fn leave(&mut self, strand: &mut Strand) {
        self.exchange(strand);
        if let Around::Catch = self.around {
            strand.context = self.context;
        }
    }

    fn exchange(&mut self, strand: &mut Strand) {
        mem::swap(&mut self.executing, &mut strand.executing);
        mem::swap(&mut self.context, &mut strand.context);
    }

    /// The locals that are not the one that is set around all this.
    fn others(&self) -> impl Iterator<Item = Local> + use<> {
        let around = self.around;
        (0..LOCALS).filter(move |other| !matches!(around, Around::Local(local, _) if local == *other))
    }

    fn has_set(&self, local: Local) -> bool {
        self.context[local] != self.outside[local]
    }
}

impl Strand {
    fn new(resource: Resource, kept: Kept) -> Self {
        let (name, context) = (resource.name.clone(), resource.context);
        Strand { name, created: 0, executing: resource, context, kept, children: Vec::new() }
    }

    /// The same strand where what it keeps and spawns is for a while only.
    fn aside(&self, kept: Kept) -> Strand {
        Strand { kept, children: Vec::new(), ..self.clone() }
    }

    fn catch_up_with(&mut self, other: &Strand) {
        (self.created, self.context) = (other.created, other.context);
    }

    /// A guard that ends takes with it those of its local that were entered after it.
    fn leave(&mut self, guards: &mut [Guard], index: usize) {
        let Guard { local, previous, is_live } = guards[index];
        if is_live {
            self.context[local] = previous;
            guards[index..].iter_mut().filter(|guard| guard.local == local).for_each(|guard| guard.is_live = false);
        }
    }
}

impl Resource {
    /// Rule 8: none wins over a default.
    fn saw(&self, context: &Context) -> Entry {
        let value = |local: Local| context[local].set_to.unwrap_or(DEFAULTS[local]);
        Entry::Saw { executing: self.name.clone(), trigger: self.trigger.clone(), values: array::from_fn(value) }
    }
}
