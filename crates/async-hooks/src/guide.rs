//! The guide: what to use when, in chapters, with programs that run.
//!
//! Begin with [a server](chapter_01_a_server), or with [the three ideas](chapter_02_ids_context_hooks). Beside the chapters are
//! [recipes] for other crates, pages for those who come [from elsewhere](from_task_local), and the [limits].
//!
//! This module is part of the documentation only. Its programs are compiled and run as documentation tests.

/// A trace id in every line, the current user in deep code, and a query that knows its user.
///
pub mod chapter_01_a_server {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/01-a-server.md")]
}

/// The three ideas, and how they belong together.
///
pub mod chapter_02_ids_context_hooks {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("guide/picture.md")]
    #![doc = include_str!("../docs/guide/02-ids-context-hooks.md")]
}

/// Spawns, spans, streams, channels, pools, threads, callbacks: what to write for each.
///
pub mod chapter_03_what_carries_values {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/03-what-carries-values.md")]
}

/// Every task of a runtime, also those that libraries spawn.
///
pub mod chapter_04_automatic_mode {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/04-automatic-mode.md")]
}

/// A test that fails when it leaks, and a detector for production.
///
pub mod chapter_05_leaks {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/05-leaks.md")]
}

/// Blocked threads, cancelled futures, lost values, programs that do not exit.
///
pub mod chapter_06_what_blocks_what_hangs {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/06-what-blocks-what-hangs.md")]
}

/// Trace context, request ids and baggage from one service to the next.
///
pub mod chapter_07_between_services {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/07-between-services.md")]
}

/// What it costs, what it keeps in memory, and what leaves the process.
///
pub mod chapter_08_in_production {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/08-in-production.md")]
}

/// Events, their order, and the rules for code that runs in a hook.
///
pub mod chapter_09_writing_a_hook {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/09-writing-a-hook.md")]
}

/// A flight recorder, and the critical path of a request.
///
pub mod chapter_10_why_was_it_slow {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/10-why-was-it-slow.md")]
}

/// Numbers for a dashboard.
///
pub mod chapter_11_collectors {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/guide/11-collectors.md")]
}

/// What it cannot do, and what to write instead.
///
pub mod limits {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/limits.md")]
}

/// Questions that come up, and their answers.
///
pub mod questions {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/faq.md")]
}

/// Every term, in one sentence.
///
pub mod glossary {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/glossary.md")]
}

/// What else answers these questions, and when to use it instead.
///
pub mod comparison {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/comparison.md")]
}

/// For programs that use `tokio::task_local!`.
///
pub mod from_task_local {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/migration/from-task-local.md")]
}

/// For programs that use `tracing` spans alone.
///
pub mod from_spans {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/migration/from-spans.md")]
}

/// For programs that use OpenTelemetry's `Context`.
///
pub mod from_opentelemetry {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/migration/from-opentelemetry.md")]
}

/// For those who know Node's `async_hooks`: function by function.
///
pub mod from_node {
    #![doc = include_str!("guide/links.md")]
    #![doc = include_str!("../docs/migration/from-node.md")]
}

/// How to use it with another crate.
// Their programs are run by the package of the examples, which depends on those crates.
#[cfg(not(doctest))]
pub mod recipes {
    /// axum, hyper, tonic, actix-web.
    ///
    pub mod servers {
        #![doc = include_str!("guide/links.md")]
        #![doc = include_str!("../docs/recipes/servers.md")]
    }

    /// reqwest, databases and their pools, redis.
    ///
    pub mod clients_and_stores {
        #![doc = include_str!("guide/links.md")]
        #![doc = include_str!("../docs/recipes/clients-and-stores.md")]
    }

    /// Actors, pools of threads, rayon, streams.
    ///
    pub mod messages_and_streams {
        #![doc = include_str!("guide/links.md")]
        #![doc = include_str!("../docs/recipes/messages-and-streams.md")]
    }

    /// JSON lines, logfmt, OpenTelemetry, sentry.
    ///
    pub mod logs_and_traces {
        #![doc = include_str!("guide/links.md")]
        #![doc = include_str!("../docs/recipes/logs-and-traces.md")]
    }

    /// Leaks, values, hooks and paused time in tests.
    ///
    pub mod tests {
        #![doc = include_str!("guide/links.md")]
        #![doc = include_str!("../docs/recipes/tests.md")]
    }
}
