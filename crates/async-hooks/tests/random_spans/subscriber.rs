//! The subscriber, whose layer is removed and restored while spans are entered.

use std::sync::{Arc, RwLock};

use async_hooks::tracing::{HooksLayer, layer};
use tracing::Dispatch;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{Registry, reload};

type Hooks = Option<HooksLayer<Registry>>;

#[derive(Clone)]
pub(crate) struct Subscriber {
    pub(crate) dispatch: Dispatch,
    hooks: reload::Handle<Hooks, Registry>,
    is_there: Arc<RwLock<bool>>,
}

impl Subscriber {
    pub(crate) fn new() -> Self {
        let (hooks, handle) = reload::Layer::new(Some(layer()));
        // tokio's own spans are TRACE; with them each plain task would be a resource.
        let subscriber = tracing_subscriber::registry().with(hooks).with(LevelFilter::INFO);
        Subscriber { dispatch: Dispatch::new(subscriber), hooks: handle, is_there: Arc::new(RwLock::new(true)) }
    }

    pub(crate) fn take_layer_away(&self) {
        let mut is_there = self.is_there.write().unwrap();
        self.hooks.reload(None::<HooksLayer<Registry>>).unwrap();
        *is_there = false;
    }

    /// Another layer, which knows no span that is open.
    pub(crate) fn give_layer_back(&self) {
        let mut is_there = self.is_there.write().unwrap();
        self.hooks.reload(Some(layer())).unwrap();
        *is_there = true;
    }

    pub(crate) fn while_layer_is_there(&self, f: impl FnOnce()) {
        let is_there = self.is_there.read().unwrap();
        if *is_there {
            f();
        }
    }
}
