//! actix-web, whose tasks are in the `LocalSet` of each worker's thread.

use std::sync::{Arc, PoisonError};

use actix_web::{App, HttpServer, rt::System, web};
use async_hooks::diagnostics::TrackingReport;

use crate::actix_routes::{self, Asked};
use crate::runtimes::{self, Flavor};
use crate::{Failure, storm};

/// On a multi-thread runtime as with `#[tokio::main]`, else as with `#[actix_web::main]`.
pub(crate) fn run(flavor: Flavor) -> Result<TrackingReport, Failure> {
    match flavor {
        Flavor::MultiThread => runtimes::run(flavor, serve()),
        Flavor::CurrentThread => System::with_tokio_rt(runtimes::current_thread).block_on(serve()),
    }
}

async fn serve() -> Result<TrackingReport, Failure> {
    let asked = Arc::<Asked>::default();
    let data = web::Data::from(Arc::clone(&asked));
    let server = HttpServer::new(move || App::new().app_data(data.clone()).configure(actix_routes::add))
        .workers(2)
        .disable_signals()
        .bind_auto_h2c(("127.0.0.1", 0))?;
    let url = format!("http://{}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    let server = tokio::spawn(server);

    let clients = storm::clients()?;
    let urls = ["/tracked/answer", "/tracked/body", "/plain/answer"].map(|path| format!("{url}{path}"));
    storm::run(|number| storm::read(&clients[number % 2], &urls[number / 2 % 3], number)).await?;
    clients[0].get(format!("{url}/report")).send().await?;
    handle.stop(false).await;
    server.await??;
    let report = asked.lock().unwrap_or_else(PoisonError::into_inner).take();
    report.ok_or_else(|| "no report of actix's worker".into())
}
