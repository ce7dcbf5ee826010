//! Each command, as text and as JSON.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::program::{Answer, command, run};
use crate::recorded::{folder, overflowed, recorded};

#[test]
fn slowest_lists_the_longest_lives_of_a_kind_or_of_all() {
    let made = recorded("slowest");
    let lines = |text: &str| text.lines().count();
    assert_eq!(lines(run(["slowest", made.path()]).text()), 3);
    assert_eq!(lines(run(["slowest", made.path(), "-n", "1"]).text()), 2);
    let text = run(["slowest", made.path(), "--kind", "query"]);
    assert!(text.text().contains(&format!("query {}  ", made.query)), "{}", text.text());

    let life = made.recording.lifetime(made.query).unwrap();
    let expected = json!([{
        "async_id": made.query.as_u64(), "trigger_async_id": made.request.as_u64(), "kind": "query",
        "file": life.file(), "line": life.line(), "column": life.column(), "label": life.label(),
        "start_ns": life.start().unwrap().as_unix_nanos(), "end_ns": life.end().unwrap().as_unix_nanos(),
        "duration_ns": (life.end().unwrap() - life.start().unwrap()).as_nanos() as u64,
        "busy_ns": life.busy().as_nanos() as u64, "polls": 1, "wakes": 0, "is_resolved": false, "panicked": false,
        "attributes": {"rows": 3},
    }]);
    assert_eq!(run(["slowest", made.path(), "--kind", "query", "-n", "3", "--json"]).json(), expected);
}

#[test]
fn a_kind_that_is_not_there_is_an_empty_answer_and_the_kinds_are_named() {
    let made = recorded("no-such-kind");
    let answer = run(["slowest", made.path(), "--kind", "http\u{1b}", "--json"]);
    assert_eq!((answer.code(), answer.json()), (Some(0), json!([])));
    assert_eq!(answer.error(), "no resource is of the kind \"http\\u{1b}\"; there are: \"query\", \"request\"\n");
}

#[test]
fn the_segments_of_a_critical_path_add_up_to_its_duration() {
    let made = recorded("critical-path");
    let id = made.request.to_string();
    let path = made.recording.critical_path(made.request);
    assert_eq!(run(["critical-path", made.path(), &id]).text(), path.to_string());

    let answer = run(["--json", "critical-path", made.path(), &id]).json();
    let segments = answer["segments"].as_array().unwrap();
    let sum: u64 = segments.iter().map(|segment| segment["duration_ns"].as_u64().unwrap()).sum();
    assert_eq!((&answer["async_id"], &answer["duration_ns"]), (&json!(made.request.as_u64()), &json!(sum)));
    assert_eq!(sum, path.duration().as_nanos() as u64);
    let first = &path.segments()[0];
    let (start, length) = (first.start().as_unix_nanos(), first.duration().as_nanos() as u64);
    assert_eq!(segments[0], json!({"state": "queued", "start_ns": start, "duration_ns": length}));
    let running = segments.iter().find(|segment| segment["state"] == "running").unwrap();
    assert_eq!(running["thread"], "answers::the_segments_of_a_critical_path_add_up_to_its_duration");
    let waiting = segments.iter().find(|segment| segment["state"] == "waiting").unwrap();
    assert_eq!((&waiting["for_whom"], waiting.get("woken_by")), (&json!("unknown"), None));
}

#[test]
fn at_takes_a_time_or_an_offset_from_the_start() {
    let made = recorded("at");
    let (start, query) = (made.recording.interval().start(), made.recording.lifetime(made.query).unwrap());
    let during = query.polls()[0].start();
    let offset = format!("{}ns", (during - start).as_nanos());
    let answer = run(["at", made.path(), &offset, "--json"]).json();
    assert_eq!(answer["at_ns"], during.as_unix_nanos());
    let ids = [made.request, made.query].map(|id| json!(id.as_u64()));
    assert_eq!(
        answer["alive"].as_array().unwrap().iter().map(|life| &life["async_id"]).collect::<Vec<_>>(),
        [&ids[0], &ids[1]]
    );
    let thread = query.polls()[0].thread();
    assert!(answer["running"].as_array().unwrap().contains(&json!({"thread": thread, "async_id": ids[1]})));

    let time = run(["at", made.path(), &offset]);
    let (time, tree) = time.text().split_once('\n').unwrap();
    let (time, after) = time.split_once(", ").unwrap();
    assert!(after.ends_with(" after the start") && tree.starts_with("2 alive\nrequest "), "{after}, {tree}");
    assert_eq!(run(["at", made.path(), time, "--json"]).json(), answer);
}

#[test]
fn tree_shows_each_below_the_one_that_caused_it() {
    let made = recorded("tree");
    let whole = run(["tree", made.path()]);
    assert_eq!(whole.text(), made.recording.tree().to_string());
    assert!(!whole.text().contains('\u{1b}'));
    let id = made.query.to_string();
    assert_eq!(run(["tree", made.path(), &id]).text(), made.recording.descendants(made.query).to_string());
    assert_eq!(run(["tree", made.path(), "1"]).text(), whole.text());

    let nodes = run(["tree", made.path(), "--json"]).json();
    let depths = nodes.as_array().unwrap().iter().map(|node| (node["depth"].as_u64(), node["async_id"].as_u64()));
    assert!(depths.eq([(Some(0), Some(made.request.as_u64())), (Some(1), Some(made.query.as_u64()))]));
}

#[test]
fn diff_names_the_earlier_recording_first() {
    let (earlier, later) = (recorded("diff-earlier"), overflowed("diff-later"));
    let text = run(["diff", earlier.path(), later.path()]);
    assert_eq!(text.text(), later.recording.compare(&earlier.recording).to_string());
    let sites = run(["diff", earlier.path(), later.path(), "--json"]).json();
    let counts = |kind: &str| {
        let site = sites.as_array().unwrap().iter().find(|site| site["kind"] == kind).unwrap();
        [site["earlier"]["count"].as_u64().unwrap(), site["later"]["count"].as_u64().unwrap()]
    };
    assert_eq!((counts("request"), counts("job")), ([1, 0], [0, 1]));
}

#[test]
fn check_exits_with_1_where_something_is_missing() {
    let whole = recorded("check-whole");
    let expected = json!({"complete": true, "resources": 2, "gaps": [], "overwritten": 0, "lost": 0});
    assert_eq!(run(["check", whole.path(), "--json"]).json(), expected);
    assert!(run(["check", whole.path()]).text().starts_with("complete: 2 resources\n"));

    let made = overflowed("check-overflowed");
    let answer = run(["check", made.path(), "--json"]);
    let (gap, json) = (&made.recording.gaps()[0], answer.json());
    let interval = gap.interval();
    let (start, end) = (interval.start().as_unix_nanos(), interval.end().as_unix_nanos());
    let expected = json!({"thread": gap.thread(), "start_ns": start, "end_ns": end, "events": gap.events()});
    assert_eq!((answer.code(), &json["complete"], &json["gaps"][0]), (Some(1), &json!(false), &expected));
    assert_eq!(json["overwritten"], made.recording.overwritten());
    let text = run(["check", made.path()]);
    assert_eq!((text.code(), text.error()), (Some(1), ""));
}

#[test]
fn report_writes_one_page_or_prints_it() {
    let (made, file) = (recorded("report"), folder().join("report.html"));
    let answer = run(["report", made.path(), "-o", file.to_str().unwrap(), "--json"]).json();
    let page = std::fs::read_to_string(&file).unwrap();
    assert_eq!(answer, json!({"file": file, "bytes": page.len()}));
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("/orders/\\u{1b}[2J&lt;script&gt;"));
    assert_eq!(run(["report", made.path()]).text(), page);
}

#[test]
fn a_recording_is_read_from_the_standard_input_as_well() {
    let made = recorded("stdin");
    let mut child = command(["check", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut recording = Vec::new();
    made.recording.write(&mut recording).unwrap();
    child.stdin.take().unwrap().write_all(&recording).unwrap();
    let answer = Answer::from(child.wait_with_output().unwrap());
    assert!(answer.text().starts_with("complete"));
}

#[test]
fn each_shell_is_offered_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(run(["completions", shell]).text().contains("critical-path"), "{shell}");
    }
}
