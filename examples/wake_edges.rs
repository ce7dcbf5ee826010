//! A hook on `wake` tells who woke whom.
//!
//! Three tasks hand a parcel on; the edges between them are drawn by the hook alone, from who called which waker.
//!
//! ```text
//! 1 (main) woke 2 (line 51) 4 times
//! 2 (line 51) woke 3 (line 52) 4 times
//! ```
//!
//! Node has no counterpart; tokio-console counts wakes, but not whose they are.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::{AsyncId, Location, create_hook, execution_async_id};
use tokio::sync::mpsc;

/// How often the second was woken by the first.
type Edges = Arc<Mutex<BTreeMap<(AsyncId, AsyncId), u32>>>;

async fn hand_on(mut from: mpsc::Receiver<&'static str>, to: mpsc::Sender<&'static str>) -> AsyncId {
    while let Some(parcel) = from.recv().await {
        if to.send(parcel).await.is_err() {
            break;
        }
    }
    execution_async_id()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let edges = Edges::default();
    let seen = Arc::clone(&edges);
    // Called in the middle of a wake, where the waker's caller may hold a lock: note it, and be gone.
    let on_wakes = create_hook().wake(move |resource, by| {
        let mut edges = seen.lock().unwrap_or_else(PoisonError::into_inner);
        *edges.entry((by.async_id(), resource.async_id())).or_default() += 1;
    });
    let places: Arc<Mutex<HashMap<AsyncId, Location>>> = Arc::default();
    let places_seen = Arc::clone(&places);
    let on_inits = create_hook().init(move |resource| {
        let mut places = places_seen.lock().unwrap_or_else(PoisonError::into_inner);
        places.insert(resource.async_id(), resource.location());
    });
    let (_wakes, _inits) = (on_wakes.build().enable_scoped(), on_inits.build().enable_scoped());

    let (sender, packing) = mpsc::channel(1);
    let (packed, labelling) = mpsc::channel(1);
    let (labelled, mut done) = mpsc::channel(8);
    let packer = async_hooks::tokio::spawn(hand_on(packing, packed));
    let labeller = async_hooks::tokio::spawn(hand_on(labelling, labelled));
    tokio::task::yield_now().await;

    for parcel in ["tea", "coffee", "milk"] {
        sender.send(parcel).await?;
        assert_eq!(done.recv().await, Some(parcel));
    }
    drop(sender);
    let (packer, labeller) = (packer.await?, labeller.await?);

    let edges = edges.lock().unwrap_or_else(PoisonError::into_inner);
    let places = places.lock().unwrap_or_else(PoisonError::into_inner);
    let place = |id: &AsyncId| places.get(id).map_or("main".to_owned(), |location| format!("line {}", location.line()));
    for ((by, woken), count) in &*edges {
        println!("{by} ({}) woke {woken} ({}) {count} times", place(by), place(woken));
    }
    // Three parcels and the end of the channel each, handed from main to the packer to the labeller.
    assert_eq!(edges.get(&(AsyncId::ROOT, packer)), Some(&4));
    assert_eq!(edges.get(&(packer, labeller)), Some(&4));
    assert_eq!(edges.get(&(labeller, packer)), None);
    Ok(())
}
