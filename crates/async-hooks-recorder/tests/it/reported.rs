//! The page of a recording.

use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_hooks_core::{AsyncId, AsyncLocal, AsyncResource, FutureExt as _, set_attribute};
use async_hooks_recorder::{FlightRecorder, Recording, report};
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::stream::{FuturesUnordered, StreamExt as _};

static LABEL: AsyncLocal<String> = AsyncLocal::new();

fn page(recording: &Recording) -> String {
    let mut page = Vec::new();
    report(recording, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// A recorder sees what all tests do, so one of these records at a time.
///
/// No other test has resources of the kind `REQUEST`.
static TURN: Mutex<()> = Mutex::new(());
const REQUEST: &str = "http::request";

/// Records what happens in `program`, with labels.
fn recorded(program: impl FnOnce()) -> Recording {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let recorder = FlightRecorder::builder().label_with(|| LABEL.get()).build();
    let enabled = recorder.enable_scoped();
    program();
    drop(enabled);
    recorder.recording()
}

#[test]
fn no_text_of_the_program_becomes_markup_or_reorders_it() {
    let hostile = "</script><img src=x onerror=alert(1)>\u{202e}\u{1b}[2J\"'&";
    let kind = "<b>request\u{202e}</b>";
    let page = page(&recorded(|| {
        let thread = std::thread::Builder::new().name("<i>thread</i>".into());
        let work = move || {
            AsyncResource::new(kind).run_in_async_scope(|| ());
            LABEL.run(hostile, || AsyncResource::new(REQUEST)).run_in_async_scope(|| ());
        };
        thread.spawn(work).unwrap().join().unwrap();
    }));
    assert!(page.contains("&lt;b&gt;request\\u{202e}&lt;/b&gt;") && page.contains("&lt;i&gt;thread&lt;/i&gt;"));
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;\\u{202e}\\u{1b}[2J&quot;"));
    assert_eq!((page.matches("</script>").count(), page.matches("<img").count()), (1, 0));
    assert!(!page.contains(['\u{202e}', '\u{1b}']));
}

#[test]
fn a_page_loads_nothing_and_has_no_code_outside_its_script() {
    let page = page(&recorded(|| AsyncResource::new("request").run_in_async_scope(|| ())));
    let (head, _) = page.split_once("<title>").unwrap();
    assert!(head.contains("content=\"default-src 'none'; "), "{head}");
    for forbidden in ["://", " src=", " style=", " onclick=", "javascript:", "@import", "url("] {
        let allowed = usize::from(forbidden == "url(");
        let place = page.find(forbidden).map_or("", |at| &page[at..at + 40]);
        assert!(page.matches(forbidden).count() <= page.matches("url(#arrow)").count() * allowed, "{place}");
    }
}

/// A request that waits for a middle, which waits for a culprit that takes 5 ms.
///
/// Returns the recording and the ids of the three, in this order; `None` when the system has let this thread wait for as long as
/// the culprit worked, because then that is the cause.
fn chain_of_waits() -> Option<(Recording, [AsyncId; 3])> {
    let (mut ids, mut worked, mut took) = ([AsyncId::ROOT; 3], Duration::ZERO, Duration::ZERO);
    let recording = recorded(|| {
        let start = Instant::now();
        let (send_first, first) = oneshot::channel::<()>();
        let (send_second, second) = oneshot::channel::<()>();
        let culprit = async {
            let start = Instant::now();
            while start.elapsed().as_millis() < 5 {}
            worked = start.elapsed();
            send_first.send(()).unwrap();
        };
        let middle = async {
            first.await.unwrap();
            send_second.send(()).unwrap();
        };
        let request = async { second.await.unwrap() }.in_async_resource(REQUEST);
        let (middle, culprit) = (middle.in_async_resource("the middle"), culprit.in_async_resource("the culprit"));
        ids = [request.resource(), middle.resource(), culprit.resource()].map(|resource| resource.async_id());
        let tasks: [Pin<Box<dyn Future<Output = ()>>>; 3] = [Box::pin(request), Box::pin(middle), Box::pin(culprit)];
        // Polls in this order, and then what was woken and nothing else.
        block_on(FuturesUnordered::from_iter(tasks).collect::<()>());
        took = start.elapsed();
    });
    (took < 2 * worked).then_some((recording, ids))
}

#[test]
fn the_cause_at_the_end_of_a_chain_of_waits_is_named() {
    let (recording, ids) = (0..1_000).find_map(|_| chain_of_waits()).expect("a thread that runs for 10 ms");
    let page = page(&recording);
    let (_, slowest) = page.split_once(&format!("<b>{REQUEST} {}</b>", ids[0])).unwrap();
    let (verdict, reasons) = slowest.split_once("</summary>").unwrap();
    assert!(verdict.contains(&format!("in the end for <b>the culprit {}</b>", ids[2])), "{verdict}");
    assert!(reasons.contains(&format!("waiting for <b>the middle {}</b>", ids[1])), "{reasons}");
}

#[test]
fn a_page_of_100_000_resources_has_less_than_2_megabytes_and_says_what_it_leaves_out() {
    let recording = recorded(|| {
        let mut label = String::new();
        for number in 0..1_000 {
            label.clear();
            write!(label, "/orders/{number}?<<<<<<<<<<<<").unwrap();
            let request = LABEL.run(label.as_str(), || AsyncResource::new(REQUEST));
            request.run_in_async_scope(|| {
                for _ in 0..100 {
                    std::mem::forget(AsyncResource::new("many::query"));
                }
            });
        }
    });
    assert!(recording.lifetimes().count() >= 100_000);
    let page = page(&recording);
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert!(page.contains(" more; ") && page.contains(" more that it caused"));
}

#[test]
fn attributes_of_a_slow_resource_are_shown() {
    let page = page(&recorded(|| {
        AsyncResource::new(REQUEST).run_in_async_scope(|| {
            set_attribute("http.response.status_code", 503_u32);
            set_attribute("error.type", "<timeout>");
        });
    }));
    for expected in ["http.response.status_code=503", "error.type=&lt;timeout&gt;"] {
        assert!(page.contains(&format!("<code>{expected}</code>")), "{expected}");
    }
}

#[cfg(feature = "tracing")]
#[test]
fn lines_of_the_log_are_shown_below_their_request() {
    use tracing_subscriber::layer::SubscriberExt as _;

    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let recorder = FlightRecorder::builder().build();
    let enabled = recorder.enable_scoped();
    let subscriber = tracing_subscriber::registry().with(recorder.layer());
    tracing::subscriber::with_default(subscriber, || {
        AsyncResource::new(REQUEST).run_in_async_scope(|| tracing::warn!("<slow> query"));
    });
    drop(enabled);
    let page = page(&recorder.recording());
    assert!(page.contains("<b>WARN</b> <code>&lt;slow&gt; query"), "{}", &page[page.find("WARN").unwrap_or(0)..]);
}

#[test]
fn an_empty_recording_is_a_page_as_well() {
    let page = page(&FlightRecorder::builder().build().recording());
    assert!(page.contains("Summary") && page.ends_with("</html>"));
}

#[test]
fn errors_of_the_writer_are_passed_on() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::StorageFull, "full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    assert_eq!(report(&recorded(|| ()), Full).unwrap_err().to_string(), "full");
}
