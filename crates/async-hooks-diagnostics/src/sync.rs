//! The locks, atomics and maps of the protocols between threads that are explored.
//!
//! With `--cfg async_hooks_model` they are shuttle's, which runs a model's threads in one order of steps after the other.

#[cfg(async_hooks_model)]
mod stepwise_map;

#[cfg(not(async_hooks_model))]
pub(crate) use async_hooks_tools::{IdMap, id_map};
#[cfg(not(async_hooks_model))]
pub(crate) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32},
};

#[cfg(async_hooks_model)]
pub(crate) use shuttle::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32},
};
#[cfg(async_hooks_model)]
pub(crate) use stepwise_map::{IdMap, id_map};
