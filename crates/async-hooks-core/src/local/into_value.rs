//! What an `AsyncLocal` can be set to.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A value that an [`AsyncLocal<T>`](crate::AsyncLocal) can be set to.
///
/// That is everything that converts [`into`](Into) an `Arc<T>`: a `T`, an `Arc<T>`, a `Box<T>`. If `T` is an owned text,
/// path or byte string, a borrowed one is a value too, and is copied: `"x"` for a `String`, a `Box<str>`, an `Arc<str>`.
/// A `String` is a value for the latter two.
///
/// The trait is sealed. `By` says which of the two conversions applies; the compiler infers it. A function that passes a
/// value on can require `impl Into<Arc<T>>`, or `impl IntoValue<T, By>` to accept both.
///
/// # Examples
///
/// ```
/// use async_hooks_core::{AsyncLocal, IntoValue};
///
/// static USER: AsyncLocal<String> = AsyncLocal::new();
///
/// fn as_user<By, R>(user: impl IntoValue<String, By>, f: impl FnOnce() -> R) -> R {
///     USER.run(user, f)
/// }
/// assert_eq!(as_user("alice", || USER.get()).as_deref().map(String::as_str), Some("alice"));
/// assert_eq!(as_user(String::from("bob"), || USER.get()).as_deref().map(String::as_str), Some("bob"));
/// ```
#[diagnostic::on_unimplemented(
    message = "an `AsyncLocal<{T}>` cannot be set to a `{Self}`",
    label = "this is neither a `{T}` nor converts into an `Arc<{T}>`",
    note = "a borrowed text, path or byte string is copied into an owned one; convert anything else with `.into()`"
)]
pub trait IntoValue<T, By>: sealed::Sealed<T, By> {
    #[doc(hidden)]
    fn into_value(self) -> Arc<T>;
}

impl<T, V: Into<Arc<T>>> IntoValue<T, sealed::Into> for V {
    #[inline]
    fn into_value(self) -> Arc<T> {
        self.into()
    }
}

/// Converts a value into each of these owned types.
///
/// A blanket implementation for `T: From<&B>` would include `&'static str` itself, for which the other one holds too: then
/// the compiler could not infer which.
macro_rules! converted {
    ($($value:ty => $($owned:ty),+;)+) => {
        $($(
            impl IntoValue<$owned, sealed::Converted> for $value {
                #[inline]
                fn into_value(self) -> Arc<$owned> {
                    Arc::new(<$owned>::from(self))
                }
            }

            impl sealed::Sealed<$owned, sealed::Converted> for $value {}
        )+)+
    };
}

converted! {
    &str => String, Box<str>, Arc<str>, PathBuf, OsString;
    &'static str => Cow<'static, str>;
    &String => String;
    String => Box<str>, Arc<str>, Cow<'static, str>;
    &[u8] => Vec<u8>, Box<[u8]>, Arc<[u8]>;
    &Path => PathBuf;
    &OsStr => OsString;
}

/// The markers that keep the two kinds of implementations apart.
///
/// Without them the implementations would overlap. With them, they implement two different traits, and for every pair of
/// types the compiler finds only one of them that holds.
mod sealed {
    pub trait Sealed<T, By> {}

    #[derive(Debug)]
    pub enum Into {}

    #[derive(Debug)]
    pub enum Converted {}

    impl<T, V: std::convert::Into<std::sync::Arc<T>>> Sealed<T, Into> for V {}
}
