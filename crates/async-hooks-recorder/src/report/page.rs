//! The page: its head, its policy, its sections.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::model::recording::Recording;
use crate::report::alive_chart::alive_chart;
use crate::report::graph::graph;
use crate::report::losses::losses;
use crate::report::palette::KindColours;
use crate::report::site_table::site_table;
use crate::report::sites::Sites;
use crate::report::slow::slow;
use crate::report::summary::summary;
use crate::report::survivors::survivors;
use crate::report::threads::threads;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing is loaded, and nothing runs but the script and the style whose hashes these are.
const POLICY: &str = concat!(
    "default-src 'none'; base-uri 'none'; form-action 'none'; ",
    "script-src 'sha256-zdk8nMxA9gjM3PinQULgpM0iTdEJOC+4+jusJF5CxAw='; style-src 'sha256-TdRcGnABB244hbmBbhDU7h/elickGUdWE3LGiyKfJ6g='",
);

/// Writes a recording as one page of HTML, which needs nothing else and loads nothing.
///
/// It shows what the slowest requests waited for, what each thread executed, what was alive when, the numbers of each line that
/// creates resources, and what caused what. A large recording is aggregated, so that the page stays below 2 MB.
///
/// # Errors
///
/// If `out` fails.
///
/// # Examples
///
/// ```
/// use async_hooks_core::AsyncResource;
/// use async_hooks_recorder::{FlightRecorder, report};
///
/// let recorder = FlightRecorder::builder().build();
/// recorder.enable();
/// AsyncResource::new("<request>").run_in_async_scope(|| ());
///
/// let mut page = Vec::new();
/// report(&recorder.recording(), &mut page)?;
/// let page = String::from_utf8(page).unwrap();
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("&lt;request&gt;"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn report(recording: &Recording, mut out: impl Write) -> io::Result<()> {
    out.write_all(page(recording).into_string().as_bytes())?;
    out.flush()
}

fn page(recording: &Recording) -> Markup {
    let sites = Sites::of(recording);
    let palette = KindColours::of(&sites);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { "async-hooks: recording of process " (recording.contents.process) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(recording))
                main { (sections(recording, &sites, &palette)) }
                div #tip role="status" hidden {}
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// The sections: the anchor, the title, and what is asked.
const SECTIONS: [(&str, &str); 8] = [
    ("summary", "Summary"),
    ("slowest", "What was slow, and why"),
    ("threads", "Threads over time"),
    ("alive", "Alive over time"),
    ("sites", "Spawn sites"),
    ("graph", "What caused what"),
    ("end", "Alive at the end"),
    ("gaps", "Gaps"),
];

fn head(recording: &Recording) -> Markup {
    let start = recording.interval().start().as_unix_nanos();
    html! {
        header {
            h1 { "Recording of process " (recording.contents.process) }
            p { "from " span data-unix=(start / 1_000_000) { (start / 1_000_000_000) " s of Unix time" } }
            nav { @for (anchor, title) in SECTIONS { a href={ "#" (anchor) } { (title) } " " } }
            p.search hidden {
                label { "Search " input #search type="search" placeholder="kind, place, label, id  ( / )"; }
                " " output #found for="search" {}
            }
        }
    }
}

fn sections(recording: &Recording, sites: &Sites<'_>, palette: &KindColours<'_>) -> Markup {
    let contents = [
        summary(recording, sites, palette),
        slow(recording, sites, palette),
        threads(recording, palette),
        alive_chart(recording, palette),
        site_table(sites, palette),
        graph(sites, palette),
        survivors(recording),
        losses(recording),
    ];
    html! {
        @for ((anchor, title), content) in SECTIONS.iter().zip(&contents) {
            section id=(anchor) { h2 { (title) } (content) }
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_allows_this_script_and_this_style_and_nothing_else() {
        let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
        let expected = format!("script-src 'sha256-{}'; style-src 'sha256-{}'", hash(SCRIPT), hash(STYLE));
        let (rest, hashes) = POLICY.split_once("script-src").unwrap();
        assert_eq!(rest, "default-src 'none'; base-uri 'none'; form-action 'none'; ");
        assert_eq!(format!("script-src{hashes}"), expected);
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"), "they would end the element");
    }
}
