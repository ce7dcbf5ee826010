//! What things cost, in time and in instructions: one question a file, over `baseline`.
//!
//! They are one program, so that what is compared is compiled together, and linked once.

mod baseline;
mod execution_id;
mod local_read;
mod local_run;
mod local_scope;
mod snapshot;
mod resource;
mod attribute;
mod poll;
mod message;
mod thread_spawn;
mod scoped_hook;
mod spawn;
mod store_map;
mod span;
mod log_line;
mod http;
mod headers;
mod node;
mod curves;
mod threads;
mod growth;
mod diagnostics;
mod diagnostics_hooks;
mod recorder;
mod otel;

use async_hooks_benches::Ask;

fn main() -> std::process::ExitCode {
    async_hooks_benches::answer(&[
        Ask { name: "baseline", question: baseline::question },
        Ask { name: "execution_id", question: execution_id::question },
        Ask { name: "local_read", question: local_read::question },
        Ask { name: "local_run", question: local_run::question },
        Ask { name: "local_scope", question: local_scope::question },
        Ask { name: "snapshot", question: snapshot::question },
        Ask { name: "resource", question: resource::question },
        Ask { name: "attribute", question: attribute::question },
        Ask { name: "poll", question: poll::question },
        Ask { name: "message", question: message::question },
        Ask { name: "thread_spawn", question: thread_spawn::question },
        Ask { name: "scoped_hook", question: scoped_hook::question },
        Ask { name: "spawn", question: spawn::question },
        Ask { name: "store_map", question: store_map::question },
        Ask { name: "span", question: span::question },
        Ask { name: "log_line", question: log_line::question },
        Ask { name: "http", question: http::question },
        Ask { name: "headers", question: headers::question },
        Ask { name: "node", question: node::question },
        Ask { name: "curves", question: curves::question },
        Ask { name: "threads", question: threads::question },
        Ask { name: "growth", question: growth::question },
        Ask { name: "diagnostics", question: diagnostics::question },
        Ask { name: "diagnostics_hooks", question: diagnostics_hooks::question },
        Ask { name: "recorder", question: recorder::question },
        Ask { name: "otel", question: otel::question },
    ])
}
