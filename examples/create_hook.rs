//! A store per request, by hand: `init` and `destroy` keep a map from ids to stores.
//!
//! A new resource inherits the store of its trigger; a destroyed one is removed. `StoreMap` is this, ready-made;
//! `AsyncLocal` needs no hook.
//!
//! ```text
//! request 4 of carol   reads Some("carol")
//!   task 256 of carol   reads Some("carol")
//! request 3 of bob     reads Some("bob")
//! …
//! ```
//!
//! Node: `createHook`, and the articles on continuation-local storage from before `AsyncLocalStorage`.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_hooks::tokio::spawn;
use async_hooks::{Resource, prelude::*};
use tokio::time::sleep;

type Store = &'static str;

static STORES: Mutex<BTreeMap<AsyncId, Store>> = Mutex::new(BTreeMap::new());

fn stores() -> MutexGuard<'static, BTreeMap<AsyncId, Store>> {
    STORES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn set_context(store: Store) {
    stores().insert(execution_async_id(), store);
}

fn context() -> Option<Store> {
    stores().get(&execution_async_id()).copied()
}

fn inherit(resource: &Resource) {
    let mut stores = stores();
    let inherited = resource.trigger_async_id().and_then(|trigger| stores.get(&trigger).copied());
    stores.extend(inherited.map(|store| (resource.async_id(), store)));
}

fn forget(resource: &Resource) {
    stores().remove(&resource.async_id());
}

async fn request(user: Store, works_for: Duration) -> Result<(), Box<dyn Error + Send + Sync>> {
    set_context(user);
    sleep(works_for).await; // The others run meanwhile.
    println!("request {} of {user:<8}reads {:?}", execution_async_id(), context());
    assert_eq!(context(), Some(user));

    let query = spawn(async { (execution_async_id(), trigger_async_id(), context()) });
    let (query, trigger, inherited) = query.await?;
    println!("  task {query} of {user:<8}reads {inherited:?}");
    assert_eq!((trigger, inherited), (Some(execution_async_id()), Some(user)));
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let _enabled = create_hook().init(inherit).destroy(forget).build().enable_scoped();

    let requests = [("alice", 30), ("bob", 20), ("carol", 10)];
    let tasks = requests.map(|(user, millis)| spawn(request(user, Duration::from_millis(millis))));
    for task in tasks {
        task.await??;
    }
    println!("stores at the end: {:?}", stores());
    assert!(stores().is_empty());
    Ok(())
}
