//! Ids, locations and resources as JSON.
//!
//! Programs read these names: a change of one is a breaking change.

use async_hooks_core::{AsyncId, AsyncResource, execution_async_resource};
use serde_json::{Value, json};

fn as_json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[test]
fn an_id_is_a_number_and_is_read_back() {
    let id = AsyncResource::new("query").async_id();
    let text = serde_json::to_string(&id).unwrap();
    assert_eq!(text, id.to_string());
    assert_eq!(serde_json::from_str::<AsyncId>(&text).unwrap(), id);
    assert_eq!(serde_json::from_str::<AsyncId>("18446744073709551615").unwrap().as_u64(), u64::MAX);
}

#[test]
fn what_is_no_id_is_refused_with_its_value() {
    for (text, expected) in [("0", "integer `0`"), ("-1", "integer `-1`"), ("\"1\"", "string \"1\""), ("1.5", "1.5")] {
        let error = serde_json::from_str::<AsyncId>(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_resource_has_its_ids_its_kind_and_its_location() {
    let (query, line) = (AsyncResource::new("query"), line!());
    let resource = query.resource();
    let column = resource.location().column();
    assert_eq!(
        as_json(&resource),
        json!({
            "async_id": resource.async_id().as_u64(),
            "trigger_async_id": 1,
            "kind": "query",
            "location": { "file": file!(), "line": line, "column": column },
        })
    );
}

#[test]
fn the_trigger_of_the_root_is_0() {
    let root = as_json(&execution_async_resource());
    assert_eq!((&root["async_id"], &root["trigger_async_id"], &root["kind"]), (&json!(1), &json!(0), &json!("root")));
}
