//! What callers send along with a request, for all services behind it.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::baggage::list::List;
use crate::baggage::member::BaggageMember;

pub(crate) const NAME: HeaderName = HeaderName::from_static("baggage");

/// Values that travel with a request through all services: a tenant, a feature flag.
///
/// A request that [`RequestLayer`](crate::RequestLayer) serves passes on what it has received, in each call that is made for
/// it. [`export`](Self::export) adds a local of this program, and [`import`](Self::import) sets one from what is
/// received. Nothing else leaves the program.
///
/// It has the first 64 members that are valid, and 8,192 bytes; whole members beyond are dropped. Prints as the header.
///
/// W3C: [Baggage](https://www.w3.org/TR/baggage/). Node: none; OpenTelemetry's `propagation.getBaggage`.
///
/// # Examples
///
/// ```
/// use async_hooks_http::Baggage;
///
/// let baggage = Baggage::parse("tenant = acme, flags=new%20checkout;owner=web");
/// assert_eq!(baggage.get("flags"), Some("new checkout"));
/// assert_eq!(baggage.to_string(), "tenant=acme,flags=new%20checkout;owner=web");
/// ```
#[derive(Clone, Default)]
pub struct Baggage(Option<Arc<List>>);

impl Baggage {
    /// Parses a header value. It never fails: malformed members are left out.
    ///
    /// ```
    /// use async_hooks_http::Baggage;
    ///
    /// assert_eq!(Baggage::parse("a=1,no value,b=2").to_string(), "a=1,b=2");
    /// assert_eq!(Baggage::parse("").members().count(), 0);
    /// ```
    #[must_use]
    pub fn parse(header: &str) -> Self {
        let mut list = List::default();
        list.add_header(header.as_bytes());
        list.into()
    }

    /// Reads all `baggage` headers as one list.
    ///
    /// ```
    /// use async_hooks_http::Baggage;
    ///
    /// let mut headers = http::HeaderMap::new();
    /// headers.append("baggage", "tenant=acme".parse().unwrap());
    /// headers.append("baggage", "flags=new".parse().unwrap());
    /// assert_eq!(Baggage::from_headers(&headers).to_string(), "tenant=acme,flags=new");
    /// ```
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut list = List::default();
        headers.get_all(&NAME).iter().for_each(|value| list.add_header(value.as_bytes()));
        list.into()
    }

    /// Returns the value of the first member that has this key, decoded.
    ///
    /// ```
    /// use async_hooks_http::Baggage;
    ///
    /// let baggage = Baggage::parse("tenant=acme,tenant=other");
    /// assert_eq!(baggage.get("tenant"), Some("acme"));
    /// assert_eq!(baggage.get("user"), None);
    /// ```
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.members().find(|member| member.key() == key).map(|member| member.value())
    }

    /// Returns the members in order; of a key that occurs twice, both.
    ///
    /// ```
    /// use async_hooks_http::Baggage;
    ///
    /// let baggage = Baggage::parse("tenant=acme,user=alice");
    /// let keys: Vec<_> = baggage.members().map(|member| member.key()).collect();
    /// assert_eq!(keys, ["tenant", "user"]);
    /// ```
    pub fn members(&self) -> impl Iterator<Item = BaggageMember<'_>> {
        let lists = self.0.as_deref().into_iter();
        lists.flat_map(|list| list.members.iter().map(move |member| BaggageMember { list, member }))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// These members, without those of the keys that `own` has, behind `own`.
    pub(crate) fn behind(&self, mut own: List) -> Self {
        let own_members = own.members.len();
        for member in self.members() {
            let is_replaced =
                own.members[..own_members].iter().any(|mine| own.text.get(mine.key.clone()) == Some(member.key()));
            if !is_replaced {
                own.add_member_of(member.list, member.member);
            }
        }
        own.into()
    }

    /// The header; `None` if there are no members.
    pub(crate) fn to_header_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0.as_ref()?.text).ok()
    }
}

impl From<List> for Baggage {
    fn from(list: List) -> Self {
        Baggage((!list.members.is_empty()).then(|| Arc::new(list)))
    }
}

impl PartialEq for Baggage {
    fn eq(&self, other: &Self) -> bool {
        let text = |baggage: &Self| baggage.0.as_ref().map(|list| list.text.clone());
        text(self) == text(other)
    }
}

impl Eq for Baggage {}

impl fmt::Display for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_ref().map_or("", |list| &list.text))
    }
}

impl fmt::Debug for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Baggage").field(&self.to_string()).finish()
    }
}
