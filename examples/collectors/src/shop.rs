//! What a service does for an order, and whom it calls.

use std::sync::{Arc, Mutex, PoisonError};

use async_hooks::{AsyncResource, set_attribute};
use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::calls::{answered, attempt, layered};

pub(crate) struct Shop {
    pub(crate) name: String,
    /// Empty for the last service.
    pub(crate) next: String,
    pub(crate) client: reqwest::Client,
    /// Made by the first request, and used by all.
    pub(crate) connection: Mutex<Option<AsyncResource>>,
}

/// Orders whose number ends with 3 fail in the last service.
pub(crate) async fn order(State(shop): State<Arc<Shop>>, Path(number): Path<u32>) -> (StatusCode, String) {
    let rows = async_hooks::tokio::spawn(query(number)).await.unwrap_or_default();
    let receipt = async_hooks::tokio::spawn_blocking(move || format!("{rows} rows\n")).await.unwrap_or_default();
    shop.use_connection();
    let (status, rest) = match (&*shop.name, &*shop.next) {
        (_, "") => (if number % 10 == 3 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }, String::new()),
        ("A", next) => answered(layered(&shop.client, &format!("{next}/orders/{number}")).await),
        (_, next) => answered(attempt(&shop.client, &format!("{next}/orders/{number}")).await),
    };
    (status, receipt + &rest)
}

/// A task that is polled twice, and a resource inside of it.
async fn query(number: u32) -> u32 {
    tokio::task::yield_now().await;
    AsyncResource::new("db::query").run_in_async_scope(|| set_attribute("db.rows", number));
    number
}

impl Shop {
    /// What the connection of another trace triggers is below the request, with a link.
    fn use_connection(&self) {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let id = connection.get_or_insert_with(|| AsyncResource::new("connection")).async_id();
        drop(AsyncResource::builder("statement").trigger_async_id(id).build());
    }

    /// Closes the connection, though tasks of the server may still have the shop.
    pub(crate) fn close(&self) {
        drop(self.connection.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}
