//! What a piece of code knew when it ran: the body of every answer.

use async_hooks::http::request_id;
use async_hooks::{AsyncId, StoreMap, prelude::*};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) by: String,
    pub(crate) async_id: u64,
    pub(crate) trigger_async_id: u64,
    pub(crate) request_id: Option<String>,
    pub(crate) store: Option<String>,
}

impl Seen {
    pub(crate) fn here(by: &str, stores: &StoreMap<String>) -> Self {
        Seen {
            by: by.to_owned(),
            async_id: execution_async_id().as_u64(),
            trigger_async_id: trigger_async_id().map_or(0, AsyncId::as_u64),
            request_id: request_id().map(|id| id.to_string()),
            store: stores.get(),
        }
    }
}
