//! A second thread that enters and leaves the same spans.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use async_hooks_core::AsyncResource;
use async_hooks_core::runtime::{self, EntryKey};

use crate::reference::Reference;
use crate::shown::{Local, Shown, Values, Who, value};

pub(crate) struct Elsewhere {
    orders: Sender<Order>,
    reports: Receiver<(Shown, Shown)>,
    thread: JoinHandle<()>,
}

pub(crate) enum Order {
    Enter(u64, usize, Who, Values, Arc<AsyncResource>),
    Leave(u64, usize),
    LayerGoes,
    Stay(Local, u32),
}

impl Elsewhere {
    pub(crate) fn start() -> Self {
        let (orders, ordered) = channel();
        let (report, reports) = channel();
        let thread = thread::spawn(move || {
            let mut reference = Reference::default();
            for order in ordered {
                obey(order, &mut reference);
                if report.send((reference.shown(), Shown::here())).is_err() {
                    break;
                }
            }
        });
        Elsewhere { orders, reports, thread }
    }

    /// What the thread must show when it has done this, and what it does show.
    pub(crate) fn order(&self, order: Order) -> (Shown, Shown) {
        self.orders.send(order).unwrap();
        self.reports.recv().unwrap()
    }

    pub(crate) fn stop(self) {
        drop(self.orders);
        self.thread.join().unwrap();
    }
}

fn obey(order: Order, reference: &mut Reference) {
    match order {
        Order::Enter(layer, key, who, captured, resource) => {
            reference.enter(key, who, captured);
            assert!(runtime::enter(&resource, EntryKey(layer, key as u64)));
        }
        Order::Leave(layer, key) => {
            reference.leave(key);
            runtime::leave(EntryKey(layer, key as u64));
        }
        Order::LayerGoes => {
            reference.leave_all_spans();
            runtime::leave_gone_layers();
        }
        Order::Stay(local, number) => {
            reference.enter_with(local, number);
            local.get().enter_with(value(number));
        }
    }
}
