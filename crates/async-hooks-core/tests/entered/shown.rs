//! What a thread shows: who executes, who caused that, and the values of two locals.

use std::sync::{Arc, LazyLock};

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, execution_async_id, trigger_async_id};

pub(crate) static A: AsyncLocal<u32> = AsyncLocal::new();
pub(crate) static B: AsyncLocal<u32> = AsyncLocal::new();

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Local {
    A,
    B,
}

impl Local {
    pub(crate) fn get(self) -> &'static AsyncLocal<u32> {
        match self {
            Local::A => &A,
            Local::B => &B,
        }
    }
}

/// The values of both locals, in the order of [`Local`].
pub(crate) type Values = [Option<u32>; 2];

pub(crate) const NO_VALUES: Values = [None, None];

/// The one place in memory of this number.
///
/// Where two set the same number, they set the very same value.
pub(crate) fn value(number: u32) -> Arc<u32> {
    static ALL: LazyLock<Vec<Arc<u32>>> = LazyLock::new(|| (0..100).map(Arc::new).collect());
    Arc::clone(&ALL[number as usize])
}

/// Runs `f` with these values on top of the current ones.
pub(crate) fn with_values<R>(values: Values, f: impl FnOnce() -> R) -> R {
    match values {
        [None, None] => f(),
        [None, Some(b)] => B.run(value(b), f),
        [Some(a), b] => A.run(value(a), || with_values([None, b], f)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Who {
    pub(crate) id: AsyncId,
    pub(crate) trigger: Option<AsyncId>,
}

impl Who {
    pub(crate) const ROOT: Who = Who { id: AsyncId::ROOT, trigger: None };

    pub(crate) fn of(resource: &AsyncResource) -> Self {
        Who { id: resource.async_id(), trigger: resource.trigger_async_id() }
    }

    pub(crate) fn executing() -> Self {
        Who { id: execution_async_id(), trigger: trigger_async_id() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shown {
    pub(crate) who: Who,
    pub(crate) values: Values,
}

impl Shown {
    /// What this thread shows now.
    pub(crate) fn here() -> Self {
        let read = |local: &AsyncLocal<u32>| local.with(|value| value.copied());
        Shown { who: Who::executing(), values: [read(&A), read(&B)] }
    }
}
