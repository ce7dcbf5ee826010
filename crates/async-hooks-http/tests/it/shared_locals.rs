//! Locals that travel as baggage.
//!
//! Exports are for the process, so each test has keys of its own.

use std::fmt;

use async_hooks_core::AsyncLocal;
use async_hooks_http::Baggage;

#[test]
fn nothing_is_sent_that_is_not_exported() {
    static SECRET: AsyncLocal<&str> = AsyncLocal::new().named("secret");
    SECRET.run("hunter2", || assert!(!Baggage::current().to_string().contains("hunter2")));
}

#[test]
fn an_exported_local_is_sent_where_it_is_set() {
    static TENANT: AsyncLocal<String> = AsyncLocal::new();
    Baggage::export("exported-tenant", &TENANT);
    assert_eq!(Baggage::current().get("exported-tenant"), None);
    TENANT.run("ä, b;c=\"d\"\n".to_owned(), || {
        let current = Baggage::current();
        assert_eq!(current.get("exported-tenant"), Some("ä, b;c=\"d\"\n"));
        assert!(current.to_string().contains("exported-tenant=%C3%A4%2C%20b%3Bc=%22d%22%0A"), "{current}");
        assert_eq!(Baggage::parse(&current.to_string()).get("exported-tenant"), Some("ä, b;c=\"d\"\n"));
    });
}

#[test]
fn of_two_locals_under_one_key_the_last_one_is_sent() {
    static FIRST: AsyncLocal<u32> = AsyncLocal::new();
    static LAST: AsyncLocal<u32> = AsyncLocal::new();
    Baggage::export("exported-twice", &FIRST);
    Baggage::export("exported-twice", &LAST);
    FIRST.run(1_u32, || LAST.run(2_u32, || assert_eq!(Baggage::current().get("exported-twice"), Some("2"))));
    FIRST.run(1_u32, || assert_eq!(Baggage::current().get("exported-twice"), None));
}

#[test]
fn an_invalid_key_is_ignored() {
    static LOCAL: AsyncLocal<u32> = AsyncLocal::new();
    for key in ["", "a b", "a=b", "a,b", "ä", "a\r\nb"] {
        Baggage::export(key, &LOCAL);
        LOCAL.run(4711_u32, || assert!(!Baggage::current().to_string().contains("4711")));
    }
}

#[test]
fn a_value_that_panics_when_it_is_printed_is_left_out() {
    struct Careless;

    impl fmt::Display for Careless {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            std::panic::resume_unwind(Box::new("not printable"))
        }
    }

    static CARELESS: AsyncLocal<Careless> = AsyncLocal::new();
    Baggage::export("careless", &CARELESS);
    CARELESS.run(Careless, || assert_eq!(Baggage::current().get("careless"), None));
}
