//! The list of the pairs.

use std::future::Future;
use std::pin::Pin;

use crate::log::Log;

#[path = "../pairs/abandoned_future/rust.rs"]
mod abandoned_future;
#[path = "../pairs/als_async_await/rust.rs"]
mod als_async_await;
#[path = "../pairs/als_disable/rust.rs"]
mod als_disable;
#[path = "../pairs/als_enter_with/rust.rs"]
mod als_enter_with;
#[path = "../pairs/als_enter_with_in_functions/rust.rs"]
mod als_enter_with_in_functions;
#[path = "../pairs/als_enter_with_in_scopes/rust.rs"]
mod als_enter_with_in_scopes;
#[path = "../pairs/als_errors_in_promises/rust.rs"]
mod als_errors_in_promises;
#[path = "../pairs/als_exit/rust.rs"]
mod als_exit;
#[path = "../pairs/als_isolation/rust.rs"]
mod als_isolation;
#[path = "../pairs/als_options/rust.rs"]
mod als_options;
#[path = "../pairs/als_parallel_requests/rust.rs"]
mod als_parallel_requests;
#[path = "../pairs/als_resolved_elsewhere/rust.rs"]
mod als_resolved_elsewhere;
#[path = "../pairs/als_run/rust.rs"]
mod als_run;
#[path = "../pairs/als_run_given_a_future/rust.rs"]
mod als_run_given_a_future;
#[path = "../pairs/als_run_in_exit/rust.rs"]
mod als_run_in_exit;
#[path = "../pairs/als_shared_value/rust.rs"]
mod als_shared_value;
#[path = "../pairs/als_snapshot_and_bind/rust.rs"]
mod als_snapshot_and_bind;
#[path = "../pairs/als_throws/rust.rs"]
mod als_throws;
#[path = "../pairs/als_with_scope/rust.rs"]
mod als_with_scope;
#[path = "../pairs/async_functions/rust.rs"]
mod async_functions;
#[path = "../pairs/blocking_job/rust.rs"]
mod blocking_job;
#[path = "../pairs/bound_callbacks/rust.rs"]
mod bound_callbacks;
#[path = "../pairs/cleared_timer/rust.rs"]
mod cleared_timer;
#[path = "../pairs/deferred_callbacks/rust.rs"]
mod deferred_callbacks;
#[path = "../pairs/destroy_in_a_destroy_hook/rust.rs"]
mod destroy_in_a_destroy_hook;
#[path = "../pairs/destroy_in_its_place/rust.rs"]
mod destroy_in_its_place;
#[path = "../pairs/destroy_on_drop/rust.rs"]
mod destroy_on_drop;
#[path = "../pairs/destroyed_twice/rust.rs"]
mod destroyed_twice;
#[path = "../pairs/disable_at_every_point/rust.rs"]
mod disable_at_every_point;
#[path = "../pairs/enable_at_every_point/rust.rs"]
mod enable_at_every_point;
#[path = "../pairs/enable_twice/rust.rs"]
mod enable_twice;
#[path = "../pairs/event_emitter/rust.rs"]
mod event_emitter;
#[path = "../pairs/execution_async_resource/rust.rs"]
mod execution_async_resource;
#[path = "../pairs/explicit_trigger_ids/rust.rs"]
mod explicit_trigger_ids;
#[path = "../pairs/hook_throws/rust.rs"]
mod hook_throws;
#[path = "../pairs/hooks_switch_hooks/rust.rs"]
mod hooks_switch_hooks;
#[path = "../pairs/http_keep_alive/rust.rs"]
mod http_keep_alive;
#[path = "../pairs/interval/rust.rs"]
mod interval;
#[path = "../pairs/lazy_future/rust.rs"]
mod lazy_future;
#[path = "../pairs/manual_destroy/rust.rs"]
mod manual_destroy;
#[path = "../pairs/nested_scopes/rust.rs"]
mod nested_scopes;
#[path = "../pairs/polls/rust.rs"]
mod polls;
#[path = "../pairs/promise_chain/rust.rs"]
mod promise_chain;
#[path = "../pairs/queue/rust.rs"]
mod queue;
#[path = "../pairs/resources_made_in_hooks/rust.rs"]
mod resources_made_in_hooks;
#[path = "../pairs/scope_after_destroy/rust.rs"]
mod scope_after_destroy;
#[path = "../pairs/scope_throws/rust.rs"]
mod scope_throws;
#[path = "../pairs/siblings/rust.rs"]
mod siblings;
#[path = "../pairs/store_map/rust.rs"]
mod store_map;
#[path = "../pairs/task_throws/rust.rs"]
mod task_throws;
#[path = "../pairs/tcp_connection/rust.rs"]
mod tcp_connection;
#[path = "../pairs/timer_chain/rust.rs"]
mod timer_chain;
#[path = "../pairs/top_level_ids/rust.rs"]
mod top_level_ids;
#[path = "../pairs/worker_pool/rust.rs"]
mod worker_pool;

/// Runs to its end, and answers with its log.
pub(crate) type Program = fn() -> Pin<Box<dyn Future<Output = anyhow::Result<Log>>>>;

pub(crate) fn named(name: &str) -> Option<Program> {
    PROGRAMS.iter().find(|(known, _)| *known == name).map(|(_, program)| *program)
}

const PROGRAMS: [(&str, Program); 54] = [
    ("abandoned_future", || Box::pin(abandoned_future::run())),
    ("als_async_await", || Box::pin(als_async_await::run())),
    ("als_disable", || Box::pin(als_disable::run())),
    ("als_enter_with", || Box::pin(als_enter_with::run())),
    ("als_enter_with_in_functions", || Box::pin(als_enter_with_in_functions::run())),
    ("als_enter_with_in_scopes", || Box::pin(als_enter_with_in_scopes::run())),
    ("als_errors_in_promises", || Box::pin(als_errors_in_promises::run())),
    ("als_exit", || Box::pin(als_exit::run())),
    ("als_isolation", || Box::pin(als_isolation::run())),
    ("als_options", || Box::pin(als_options::run())),
    ("als_parallel_requests", || Box::pin(als_parallel_requests::run())),
    ("als_resolved_elsewhere", || Box::pin(als_resolved_elsewhere::run())),
    ("als_run", || Box::pin(als_run::run())),
    ("als_run_given_a_future", || Box::pin(als_run_given_a_future::run())),
    ("als_run_in_exit", || Box::pin(als_run_in_exit::run())),
    ("als_shared_value", || Box::pin(als_shared_value::run())),
    ("als_snapshot_and_bind", || Box::pin(als_snapshot_and_bind::run())),
    ("als_throws", || Box::pin(als_throws::run())),
    ("als_with_scope", || Box::pin(als_with_scope::run())),
    ("async_functions", || Box::pin(async_functions::run())),
    ("blocking_job", || Box::pin(blocking_job::run())),
    ("bound_callbacks", || Box::pin(bound_callbacks::run())),
    ("cleared_timer", || Box::pin(cleared_timer::run())),
    ("deferred_callbacks", || Box::pin(deferred_callbacks::run())),
    ("destroy_in_a_destroy_hook", || Box::pin(destroy_in_a_destroy_hook::run())),
    ("destroy_in_its_place", || Box::pin(destroy_in_its_place::run())),
    ("destroy_on_drop", || Box::pin(destroy_on_drop::run())),
    ("destroyed_twice", || Box::pin(destroyed_twice::run())),
    ("disable_at_every_point", || Box::pin(disable_at_every_point::run())),
    ("enable_at_every_point", || Box::pin(enable_at_every_point::run())),
    ("enable_twice", || Box::pin(enable_twice::run())),
    ("event_emitter", || Box::pin(event_emitter::run())),
    ("execution_async_resource", || Box::pin(execution_async_resource::run())),
    ("explicit_trigger_ids", || Box::pin(explicit_trigger_ids::run())),
    ("hook_throws", || Box::pin(hook_throws::run())),
    ("hooks_switch_hooks", || Box::pin(hooks_switch_hooks::run())),
    ("http_keep_alive", || Box::pin(http_keep_alive::run())),
    ("interval", || Box::pin(interval::run())),
    ("lazy_future", || Box::pin(lazy_future::run())),
    ("manual_destroy", || Box::pin(manual_destroy::run())),
    ("nested_scopes", || Box::pin(nested_scopes::run())),
    ("polls", || Box::pin(polls::run())),
    ("promise_chain", || Box::pin(promise_chain::run())),
    ("queue", || Box::pin(queue::run())),
    ("resources_made_in_hooks", || Box::pin(resources_made_in_hooks::run())),
    ("scope_after_destroy", || Box::pin(scope_after_destroy::run())),
    ("scope_throws", || Box::pin(scope_throws::run())),
    ("siblings", || Box::pin(siblings::run())),
    ("store_map", || Box::pin(store_map::run())),
    ("task_throws", || Box::pin(task_throws::run())),
    ("tcp_connection", || Box::pin(tcp_connection::run())),
    ("timer_chain", || Box::pin(timer_chain::run())),
    ("top_level_ids", || Box::pin(top_level_ids::run())),
    ("worker_pool", || Box::pin(worker_pool::run())),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_of_pairs_is_a_program() {
        let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/pairs")).unwrap();
        let mut names: Vec<_> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, PROGRAMS.map(|(name, _)| name));
    }
}
