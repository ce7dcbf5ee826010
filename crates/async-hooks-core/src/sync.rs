//! The locks, atomics and thread-locals of the protocols between threads that are explored.
//!
//! With `--cfg async_hooks_model` they are shuttle's, which runs a model's threads in one order of steps after the other.

#[cfg(not(async_hooks_model))]
pub(crate) use std::{
    sync::{
        Mutex, MutexGuard, RwLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize},
    },
    thread_local,
};

#[cfg(async_hooks_model)]
pub(crate) use shuttle::{
    sync::{
        Mutex, MutexGuard, RwLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize},
    },
    thread_local,
};
