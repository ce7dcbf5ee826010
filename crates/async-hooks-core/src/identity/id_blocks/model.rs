//! Threads that draw ids at once.
//!
//! The explorer tries all that a processor may reorder.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_hooks_explorer::explore_words;
use async_hooks_explorer::loom::{sync::atomic as explored, thread};

use super::*;

impl Counter for explored::AtomicU64 {
    fn load(&self) -> u64 {
        explored::AtomicU64::load(self, Ordering::Relaxed)
    }

    fn add(&self, number: u64) -> u64 {
        self.fetch_add(number, Ordering::Relaxed)
    }
}

type Explored = IdBlocks<explored::AtomicU64>;

/// As many numbers as a thread at the end of its block draws from two blocks.
fn draw(blocks: &Explored) -> [u64; 3] {
    let next = Cell::new(0);
    let first = blocks.draw(&next);
    next.set(first / BLOCK * BLOCK + BLOCK - 1);
    [first, blocks.draw(&next), blocks.draw(&next)]
}

/// A number set aside, and the one that is drawn after it.
fn draw_reserved(blocks: &Explored) -> [u64; 2] {
    let next = Cell::new(blocks.reserve());
    [blocks.draw(&next), blocks.draw(&next)]
}

#[test]
fn no_number_is_drawn_twice_and_none_is_that_of_the_root() {
    explore_words(|| {
        let blocks = Arc::new(IdBlocks(explored::AtomicU64::new(0)));
        let drawing = [(); 2].map(|()| {
            let blocks = Arc::clone(&blocks);
            thread::spawn(move || draw(&blocks))
        });
        let mut drawn = draw_reserved(&blocks).to_vec();
        drawn.extend(drawing.into_iter().flat_map(|thread| thread.join().unwrap_or_default()));
        assert_eq!(drawn.len(), 8);
        assert!(drawn.iter().all(|number| (2..blocks.upper_bound()).contains(number)), "{drawn:?}");
        assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), 8, "a number is drawn twice: {drawn:?}");
    });
}
