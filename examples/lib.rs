//! The recipes of `docs/recipes`, compiled and run as documentation tests.
//!
//! They are here because the crates that they are about are dependencies of the examples.

#[cfg(doctest)]
mod servers {
    #![doc = include_str!("../docs/recipes/servers.md")]
}

#[cfg(doctest)]
mod clients_and_stores {
    #![doc = include_str!("../docs/recipes/clients-and-stores.md")]
}

#[cfg(doctest)]
mod messages_and_streams {
    #![doc = include_str!("../docs/recipes/messages-and-streams.md")]
}

#[cfg(doctest)]
mod logs_and_traces {
    #![doc = include_str!("../docs/recipes/logs-and-traces.md")]
}

#[cfg(doctest)]
mod tests {
    #![doc = include_str!("../docs/recipes/tests.md")]
}
