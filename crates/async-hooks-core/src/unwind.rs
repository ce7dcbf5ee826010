//! The handles of this crate may be used after a caught panic, without `AssertUnwindSafe`.
//!
//! A panic cannot leave them half changed. The context and the list of hooks change in one step each, hooks contain their
//! own panics, and whatever a scope enters is left while a panic unwinds through it. Values are shared, not changed: whether
//! a value with interior mutability survives a panic in its own method is for its type to say, as with any `static`.

use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::context::snapshot::Snapshot;
use crate::hooks::handle::{AsyncHook, EnabledHook};
use crate::local::local::AsyncLocal;
use crate::resource::async_resource::AsyncResource;
use crate::store_map::StoreMap;

impl UnwindSafe for AsyncHook {}
impl RefUnwindSafe for AsyncHook {}

impl UnwindSafe for EnabledHook {}
impl RefUnwindSafe for EnabledHook {}

impl UnwindSafe for AsyncResource {}
impl RefUnwindSafe for AsyncResource {}

impl UnwindSafe for Snapshot {}
impl RefUnwindSafe for Snapshot {}

impl<T> UnwindSafe for AsyncLocal<T> {}
impl<T> RefUnwindSafe for AsyncLocal<T> {}

impl<V> UnwindSafe for StoreMap<V> {}
impl<V> RefUnwindSafe for StoreMap<V> {}
