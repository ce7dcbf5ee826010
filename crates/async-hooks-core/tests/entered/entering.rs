//! How a machine makes the steps that open no scope.

use async_hooks_core::Snapshot;
use async_hooks_core::runtime::{self, EntryKey};

use crate::elsewhere::{Elsewhere, Order};
use crate::machine::{Guard, Machine, body_of};
use crate::prepared::Made;
use crate::program::Step;
use crate::shown::{Local, value};

/// A span is entered at most this often at a time.
const MOST_ENTERED: usize = 2;

impl Machine {
    pub(super) fn make(&self, step: Step) {
        match step {
            Step::Enter(n) => self.enter(n),
            Step::Leave(n) => self.leave(n),
            Step::LeaveResource(n) => self.leave_resource(n),
            Step::End(n) => self.end(n),
            Step::LayerGoes => self.let_layer_go(),
            Step::Guard(place, local, number) => self.enter_guard(place, local, number),
            Step::Drop(place) => self.drop_guard(place),
            Step::Stay(local, number) => {
                self.reference().enter_with(local, number);
                local.get().enter_with(value(number));
            }
            Step::Make(n) => self.make_resource(n),
            Step::Snapshot(n) => {
                self.prepared.borrow_mut().snapshots[n] = (Snapshot::current(), self.reference().shown().values);
            }
            Step::Spawn(n) => self.spawn(n),
            Step::EnterElsewhere(n) => self.enter_elsewhere(n),
            Step::LeaveElsewhere(n) => self.leave_elsewhere(n),
            Step::StayElsewhere(local, number) => self.order(Order::Stay(local, number)),
            Step::Open(_) | Step::Close | Step::Done | Step::Unwind(_) => {}
        }
    }

    fn resource(&self, n: usize) -> Made {
        self.prepared.borrow().resources[n].clone()
    }

    fn key(&self, key: usize) -> EntryKey {
        EntryKey(self.layer.get(), key as u64)
    }

    fn enter(&self, n: usize) {
        let Made { key, resource, who, captured } = self.resource(n);
        let mut entered = self.entered.borrow_mut();
        if entered.iter().filter(|other| **other == key).count() < MOST_ENTERED {
            entered.push(key);
            self.reference().enter(key, who, captured);
            assert!(runtime::enter(&resource, self.key(key)));
        }
    }

    pub(super) fn leave(&self, n: usize) {
        let key = self.resource(n).key;
        if take_last(&mut self.entered.borrow_mut(), key) {
            self.reference().leave(key);
            assert!(runtime::leave(self.key(key)));
        }
    }

    fn leave_resource(&self, n: usize) {
        let Made { key, resource, .. } = self.resource(n);
        if take_last(&mut self.entered.borrow_mut(), key) {
            self.reference().leave(key);
            assert!(runtime::leave_resource(&resource.resource()));
        }
    }

    fn end(&self, n: usize) {
        let Made { key, resource, .. } = self.resource(n);
        self.entered.borrow_mut().retain(|other| *other != key);
        self.reference().end(key);
        runtime::leave_ended(&resource);
    }

    /// The next layer enters from now on.
    fn let_layer_go(&self) {
        self.entered.borrow_mut().clear();
        self.entered_elsewhere.borrow_mut().clear();
        self.reference().leave_all_spans();
        runtime::end_layer(self.layer.replace(runtime::begin_layer()));
        runtime::leave_gone_layers();
        if self.elsewhere.borrow().is_some() {
            self.order(Order::LayerGoes);
        }
    }

    fn enter_guard(&self, place: usize, local: Local, number: u32) {
        let mut guards = self.guards.borrow_mut();
        if guards.iter().all(|guard| guard.place != place) {
            let serial = self.reference().enter_guard(local, number);
            guards.push(Guard { place, serial, _guard: local.get().enter(value(number)) });
        }
    }

    fn drop_guard(&self, place: usize) {
        let at = self.guards.borrow().iter().position(|guard| guard.place == place);
        if let Some(at) = at {
            let guard = self.guards.borrow_mut().remove(at);
            self.reference().drop_guard(guard.serial);
        }
    }

    /// The former of this number may still be entered.
    fn make_resource(&self, n: usize) {
        let captured = self.reference().shown().values;
        self.prepared.borrow_mut().make(n, captured);
    }

    /// A task that is being polled stays.
    fn spawn(&self, n: usize) {
        let captured = self.reference().shown().values;
        let former = self.prepared.borrow_mut().spawn(n, captured, &|| body_of(&self.weak));
        drop(former);
    }

    fn enter_elsewhere(&self, n: usize) {
        let Made { key, resource, who, captured } = self.resource(n);
        self.entered_elsewhere.borrow_mut().push(key);
        self.order(Order::Enter(self.layer.get(), key, who, captured, resource));
    }

    fn leave_elsewhere(&self, n: usize) {
        let key = self.resource(n).key;
        if take_last(&mut self.entered_elsewhere.borrow_mut(), key) {
            self.order(Order::Leave(self.layer.get(), key));
        }
    }

    fn order(&self, order: Order) {
        let (expected, actual) = self.elsewhere.borrow_mut().get_or_insert_with(Elsewhere::start).order(order);
        self.note(" (on the second thread)", expected, actual);
    }

    /// Leaves what is still entered, in the order in which it was entered.
    pub(super) fn leave_everything(&self) {
        if let Some(elsewhere) = self.elsewhere.take() {
            elsewhere.stop();
        }
        let places: Vec<_> = self.guards.borrow().iter().map(|guard| guard.place).collect();
        for place in places {
            self.drop_guard(place);
            self.compare(", when a guard was dropped");
        }
        let entered = self.entered.take();
        for key in entered {
            self.reference().leave(key);
            assert!(runtime::leave(self.key(key)));
            self.compare(", when a span was left");
        }
        let futures = self.prepared.borrow_mut().take_futures();
        drop(futures);
        self.compare(", when the futures were dropped");
    }
}

fn take_last(entered: &mut Vec<usize>, key: usize) -> bool {
    let at = entered.iter().rposition(|other| *other == key);
    at.map(|at| entered.remove(at)).is_some()
}
