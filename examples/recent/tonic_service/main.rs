//! A gRPC service with tonic: one trace from the client's job into each message of a stream.
//!
//! `RequestLayer` stands around the server; the client sends the trace by an interceptor, which calls `inject`. A job of the client
//! places an order and watches it. The server sees the job's trace, and which resource of which process has called, in the handler
//! and in each message of the stream.
//!
//! ```text
//! placed    trace 0a16ad9a01b03c2a9f38e2a7ba5ac5ba, called by 1 of process 26fe586590c36b59
//! packed    trace 0a16ad9a01b03c2a9f38e2a7ba5ac5ba, called by 1 of process 26fe586590c36b59
//! shipped   trace 0a16ad9a01b03c2a9f38e2a7ba5ac5ba, called by 1 of process 26fe586590c36b59
//! ```
//!
//! Node: `@grpc/grpc-js` under an OpenTelemetry instrumentation.

mod client;
mod server;

use std::error::Error;

use async_hooks::http::{ProcessTag, TraceContext};
use tokio::net::TcpListener;
use tonic::transport::Endpoint;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = Endpoint::from_shared(format!("http://{}", listener.local_addr()?))?;
    tokio::spawn(server::serve(listener));

    let job = TraceContext::start();
    let steps = job.scope(client::order_a_book(endpoint.connect().await?)).await?;
    for step in &steps {
        println!("{:<10}trace {}, called by {}", step.what, step.trace_id, step.caller);
        assert_eq!(step.trace_id, job.trace_id().to_string());
        assert!(step.caller.ends_with(&format!("of process {}", ProcessTag::current())));
    }
    assert_eq!(steps.iter().map(|step| &*step.what).collect::<Vec<_>>(), ["placed", "packed", "shipped"]);
    Ok(())
}
