//! What of `baggage` headers is read and passed on.
//!
//! The vectors are those of the standard's own tests.

use async_hooks_http::Baggage;
use http::{HeaderMap, HeaderValue};

fn members(header: &str) -> Vec<(String, String)> {
    let baggage = Baggage::parse(header);
    baggage.members().map(|member| (member.key().to_owned(), member.value().to_owned())).collect()
}

fn member(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn blanks_around_every_part_do_not_matter() {
    let header =
        "SomeKey \t = \t SomeValue \t ; \t SomeProp \t , \t SomeKey2 \t = \t SomeValue2 \t ; \t P2 \t = \t V2 \t ";
    assert_eq!(members(header), [member("SomeKey", "SomeValue"), member("SomeKey2", "SomeValue2")]);
    let baggage = Baggage::parse(header);
    let properties: Vec<_> = baggage.members().flat_map(|member| member.properties()).collect();
    assert_eq!(properties, [("SomeProp", None), ("P2", Some("V2"))]);
    assert_eq!(baggage.to_string(), "SomeKey=SomeValue;SomeProp,SomeKey2=SomeValue2;P2=V2");
}

#[test]
fn a_value_may_contain_equals_signs_and_may_be_empty() {
    assert_eq!(members("SomeKey=SomeValue=equals"), [member("SomeKey", "SomeValue=equals")]);
    assert_eq!(members("SomeKey="), [member("SomeKey", "")]);
}

#[test]
fn values_are_decoded_and_keys_are_not() {
    let encoded = "%09%20%22%27%3B%3Dasdf%21%40%23%24%25%5E%26%2A%28%29";
    let decoded = "\t \"';=asdf!@#$%^&*()";
    assert_eq!(members(&format!("Some%20Key={encoded}")), [member("Some%20Key", decoded)]);
    let baggage = Baggage::parse(&format!("k=v;p={encoded};ValueProp%20%09%20%3D%20%09%20PropVal"));
    let properties: Vec<_> = baggage.members().flat_map(|member| member.properties()).collect();
    assert_eq!(properties, [("p", Some(decoded)), ("ValueProp%20%09%20%3D%20%09%20PropVal", None)]);
}

#[test]
fn what_is_no_utf_8_reads_as_the_replacement_character_and_is_passed_on_as_it_came() {
    let baggage = Baggage::parse("k=a%FFb");
    assert_eq!(baggage.get("k"), Some("a\u{fffd}b"));
    assert_eq!(baggage.to_string(), "k=a%FFb");
}

#[test]
fn members_and_properties_of_one_name_are_all_kept_in_order() {
    assert_eq!(members("a=1,b=2,a=3"), [member("a", "1"), member("b", "2"), member("a", "3")]);
    assert_eq!(Baggage::parse("a=1,a=3").get("a"), Some("1"));
    let baggage = Baggage::parse("a=1;p=1;p;p=2");
    let properties: Vec<_> = baggage.members().flat_map(|member| member.properties()).collect();
    assert_eq!(properties, [("p", Some("1")), ("p", None), ("p", Some("2"))]);
}

#[test]
fn a_malformed_member_is_left_out_alone() {
    for malformed in
        ["", "no-value", "=1", "a b=1", "a=b c", "a=\"b\"", "a=b\\c", "ä=1", "a=ä", "a=1;", "a=1;p q", "a=1;p=\""]
    {
        let header = format!("first=1,{malformed},last=2");
        assert_eq!(members(&header), [member("first", "1"), member("last", "2")], "{malformed:?}");
    }
    let mut headers = HeaderMap::new();
    headers.append("baggage", HeaderValue::from_bytes(b"a=1,b=\xff,c=3").unwrap());
    assert_eq!(Baggage::from_headers(&headers).to_string(), "a=1,c=3");
}

#[test]
fn the_first_64_members_are_kept() {
    let header = |count: usize| (0..count).map(|n| format!("k{n}=1")).collect::<Vec<_>>().join(",");
    assert_eq!(Baggage::parse(&header(64)).to_string(), header(64));
    assert_eq!(Baggage::parse(&header(512)).to_string(), header(64));
}

#[test]
fn whole_members_of_8192_bytes_are_kept() {
    let member = |bytes: usize| format!("k={}", "1".repeat(bytes - 2));
    assert_eq!(Baggage::parse(&member(8192)).to_string().len(), 8192);
    assert_eq!(Baggage::parse(&member(8193)).to_string(), "");
    let two = format!("{},{}", member(4000), member(4191));
    assert_eq!(Baggage::parse(&two).to_string(), two);
    let too_long = format!("{},{},a=1", member(4000), member(4192));
    assert_eq!(Baggage::parse(&too_long).to_string(), member(4000));
}

#[test]
fn the_limits_are_those_of_all_headers_together() {
    let mut headers = HeaderMap::new();
    for n in 0..100 {
        headers.append("baggage", format!("k{n}=1").parse().unwrap());
    }
    assert_eq!(Baggage::from_headers(&headers).members().count(), 64);
}

#[test]
fn equal_headers_are_equal_baggage() {
    assert_eq!(Baggage::parse("a = 1"), Baggage::parse("a=1"));
    assert_ne!(Baggage::parse("a=1"), Baggage::parse("a=2"));
    assert_eq!(Baggage::parse("nothing"), Baggage::default());
    assert_eq!(format!("{:?}", Baggage::parse("a=1")), "Baggage(\"a=1\")");
}
