//! What a recorder promises. Recorders of all tests see the events of all tests: each test looks at its own resources.

mod recorded;
