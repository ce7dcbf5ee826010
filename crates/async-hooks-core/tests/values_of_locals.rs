//! What a local can be set to: a value, a shared one, or a borrowed text for an owned one.

mod polling;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_hooks_core::{AsyncLocal, IntoValue};

use polling::{alone, complete};

/// Sets a new local in each of the ways, and returns what was read.
fn set<T, By>(value: impl IntoValue<T, By> + Clone) -> Option<T>
where
    T: Clone + Debug + PartialEq + Send + Sync + 'static,
{
    let local = AsyncLocal::<T>::new();
    let read = || local.with(|value| value.cloned());
    let during_a_call = local.run(value.clone(), read);
    let in_a_future = complete(local.scope(value.clone(), async { read() }));
    let guard = local.enter(value.clone());
    let under_a_guard = read();
    drop(guard);
    local.enter_with(value);
    let afterwards = read();
    local.disable();
    assert!(during_a_call == in_a_future && in_a_future == under_a_guard && under_a_guard == afterwards);
    afterwards
}

#[test]
fn a_borrowed_text_sets_a_local_of_owned_texts() {
    assert_eq!(set::<String, _>("x"), Some("x".into()));
    assert_eq!(set::<String, _>(&String::from("x")), Some("x".into()));
    assert_eq!(set::<Box<str>, _>("x"), Some("x".into()));
    assert_eq!(set::<Arc<str>, _>("x"), Some("x".into()));
    assert_eq!(set::<Cow<'static, str>, _>("x"), Some("x".into()));
    let short_lived = String::from("x");
    assert_eq!(set::<String, _>(short_lived.as_str()), Some("x".into()));
}

#[test]
fn an_owned_text_sets_a_local_of_shared_ones() {
    assert_eq!(set::<Arc<str>, _>(String::from("x")), Some("x".into()));
    assert_eq!(set::<Box<str>, _>(String::from("x")), Some("x".into()));
    assert_eq!(set::<Cow<'static, str>, _>(String::from("x")), Some("x".into()));
}

#[test]
fn borrowed_paths_and_bytes_set_locals_of_owned_ones() {
    assert_eq!(set::<PathBuf, _>(Path::new("/x")), Some("/x".into()));
    assert_eq!(set::<PathBuf, _>("/x"), Some("/x".into()));
    assert_eq!(set::<OsString, _>(OsStr::new("x")), Some("x".into()));
    assert_eq!(set::<Vec<u8>, _>(&b"x"[..]), Some(b"x".to_vec()));
    assert_eq!(set::<Arc<[u8]>, _>(&b"x"[..]), Some(b"x"[..].into()));
}

#[test]
fn what_converts_into_an_arc_of_the_type_is_a_value() {
    assert_eq!(set::<u32, _>(7), Some(7));
    assert_eq!(set::<&'static str, _>("x"), Some("x"));
    assert_eq!(set::<String, _>(String::from("x")), Some("x".into()));
    assert_eq!(set::<String, _>(Arc::new(String::from("x"))), Some("x".into()));
    assert_eq!(set::<String, _>(Box::new(String::from("x"))), Some("x".into()));
    assert_eq!(set::<Arc<str>, _>(Arc::<str>::from("x")), Some("x".into()));
    assert_eq!(set::<Arc<str>, _>(Arc::new(Arc::<str>::from("x"))), Some("x".into()));
    assert_eq!(set::<Option<u8>, _>(None), Some(None));
    assert_eq!(set::<(u8, &'static str), _>((1, "x")), Some((1, "x")));
}

/// Literals and closures need no annotation, as where the bound is `Into<Arc<T>>`.
#[test]
fn nothing_needs_an_annotation() {
    static NAME: AsyncLocal<String> = AsyncLocal::new();
    static COUNT: AsyncLocal<u64> = AsyncLocal::new();
    static CALLBACK: AsyncLocal<fn(u8) -> u8> = AsyncLocal::new();
    alone(|| {
        assert_eq!(NAME.run("x", || NAME.get()).as_deref().map(String::as_str), Some("x"));
        assert_eq!(COUNT.run(1 << 40, || COUNT.get()).as_deref(), Some(&(1 << 40)));
        let called = CALLBACK.run((|number| number + 1) as fn(u8) -> u8, || CALLBACK.get().map(|callback| callback(1)));
        assert_eq!(called, Some(2));
        let _guard = NAME.enter("y");
        assert!(NAME.with(|name| name.is_some_and(|name| name == "y")));
    });
}

#[test]
fn a_generic_function_may_ask_for_what_converts_into_an_arc() {
    fn within<T: Send + Sync + 'static, R>(
        local: &AsyncLocal<T>,
        value: impl Into<Arc<T>>,
        f: impl FnOnce() -> R,
    ) -> R {
        local.run(value, f)
    }
    let name = AsyncLocal::new();
    assert_eq!(within(&name, String::from("x"), || name.get()).as_deref().map(String::as_str), Some("x"));
    assert_eq!(within(&name, Arc::new(String::from("y")), || name.with(|name| name.map(String::len))), Some(1));
}
