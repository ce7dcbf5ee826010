//! What the program itself says of a resource: attributes, and lines of its log.

use async_hooks_core::AttributeValue;
use async_hooks_tools::Escaped;
use maud::{Markup, html};

use crate::model::attribute_record::AttributeRecord;
use crate::model::lifetime::Lifetime;
use crate::model::log_record::LogRecord;
use crate::model::recording::Recording;
use crate::report::amount::Time;
use crate::report::rows::Row;

/// The number of attributes, and of lines of the log, that are shown.
const ATTRIBUTES: usize = 16;
const LINES: usize = 20;

/// The attributes of a resource, the last ones.
pub(crate) fn attributes(life: &Lifetime) -> Markup {
    let hidden = life.attributes.len().saturating_sub(ATTRIBUTES);
    html! {
        @if !life.attributes.is_empty() {
            p.notes {
                @for attribute in life.attributes.iter().skip(hidden) { code { (Escaped(&text(attribute))) } " " }
                @if hidden > 0 { span.more { "after " (hidden) " earlier ones" } }
            }
        }
    }
}

/// An attribute as `name=value`.
fn text(attribute: &AttributeRecord) -> String {
    let name = attribute.name();
    match attribute.value() {
        AttributeValue::Str(text) => format!("{name}={text}"),
        AttributeValue::U64(number) => format!("{name}={number}"),
        AttributeValue::I64(number) => format!("{name}={number}"),
        AttributeValue::F64(number) => format!("{name}={number}"),
        AttributeValue::Bool(value) => format!("{name}={value}"),
        AttributeValue::Bytes(bytes) => format!("{name}={} bytes", bytes.len()),
        _ => name.to_owned(),
    }
}

/// The first lines of the log of the resources in a waterfall, without those of tokio.
pub(crate) fn log(recording: &Recording, subject: &Lifetime, rows: &[Row<'_>]) -> Markup {
    let range = recording.range_of(subject);
    // What tokio reports of its own resources drowns what the program says.
    let is_of_program = |line: &&LogRecord| !["runtime::", "tokio::"].iter().any(|own| line.target().starts_with(own));
    let is_inside = |line: &&LogRecord| range.start() <= line.at && line.at <= range.end();
    let is_of_row = |line: &&LogRecord| rows.iter().any(|row| row.life.async_id == line.async_id);
    let mut lines = recording.logs().iter().filter(is_inside).filter(is_of_row).filter(is_of_program);
    let shown = Vec::from_iter(lines.by_ref().take(LINES));
    let hidden = lines.count();
    html! {
        @if !shown.is_empty() {
            ul.log { @for line in shown {
                li { "after " (Time(line.at - range.start())) " " b { (line.level()) } " " code { (Escaped(line.message())) }
                    " " span.place { (Escaped(line.target())) ", " (line.async_id) } }
            } }
        }
        @if hidden > 0 { p.more { "and " (hidden) " more lines of the log" } }
    }
}
