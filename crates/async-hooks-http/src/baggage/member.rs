//! A member of baggage.

use std::fmt;

use crate::baggage::list::{List, Member};

/// A member of [`Baggage`](crate::Baggage): a key, a value, and properties.
///
/// W3C: [`list-member`](https://www.w3.org/TR/baggage/#definition).
///
/// # Examples
///
/// ```
/// use async_hooks_http::Baggage;
///
/// let baggage = Baggage::parse("user=Am%C3%A9lie;tier=gold;checked");
/// let member = baggage.members().next().unwrap();
/// assert_eq!((member.key(), member.value()), ("user", "Amélie"));
/// let properties: Vec<_> = member.properties().collect();
/// assert_eq!(properties, [("tier", Some("gold")), ("checked", None)]);
/// ```
#[derive(Clone, Copy)]
pub struct BaggageMember<'a> {
    pub(super) list: &'a List,
    pub(super) member: &'a Member,
}

impl<'a> BaggageMember<'a> {
    /// Returns the key, as it was sent: keys are not percent-encoded.
    ///
    /// ```
    /// let baggage = async_hooks_http::Baggage::parse("a%20b=1");
    /// assert_eq!(baggage.members().next().unwrap().key(), "a%20b");
    /// ```
    #[must_use]
    pub fn key(&self) -> &'a str {
        self.list.text.get(self.member.key.clone()).unwrap_or_default()
    }

    /// Returns the value, decoded. What is not UTF-8 has become U+FFFD.
    ///
    /// ```
    /// let baggage = async_hooks_http::Baggage::parse("user=a%20b");
    /// assert_eq!(baggage.members().next().unwrap().value(), "a b");
    /// ```
    #[must_use]
    pub fn value(&self) -> &'a str {
        self.member.value.get(&self.list.text)
    }

    /// Returns the properties in order, with their values decoded.
    ///
    /// ```
    /// let baggage = async_hooks_http::Baggage::parse("user=alice;tier=gold;tier=silver");
    /// let tiers: Vec<_> = baggage.members().next().unwrap().properties().map(|(_, tier)| tier).collect();
    /// assert_eq!(tiers, [Some("gold"), Some("silver")]);
    /// ```
    pub fn properties(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        let text = &*self.list.text;
        self.member.properties.iter().map(move |property| {
            let key = text.get(property.key.clone()).unwrap_or_default();
            (key, property.value.as_ref().map(|value| value.get(text)))
        })
    }
}

impl fmt::Debug for BaggageMember<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}={:?}", self.key(), self.value())
    }
}
