//! Where a span or a runtime's callback may see a spawn too, its wrapper claims it.

pub(crate) use async_hooks_core::runtime::SpawnClaim;
