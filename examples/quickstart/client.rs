//! Three concurrent clients, each with a kept connection, which check every answer.

use std::collections::{BTreeMap, HashSet};
use std::error::Error;

use async_hooks::AsyncId;

use crate::seen::Seen;

type Answers = BTreeMap<String, Vec<Seen>>;

const CLIENTS: u32 = 3;
const REQUESTS_EACH: u32 = 3;

pub(crate) async fn ask_concurrently(url: &str) -> Result<Answers, Box<dyn Error>> {
    let clients: Vec<_> = (1..=CLIENTS).map(|client| tokio::spawn(ask_in_turn(url.to_owned(), client))).collect();
    let mut answers = BTreeMap::new();
    for client in clients {
        answers.extend(client.await??);
    }
    Ok(answers)
}

async fn ask_in_turn(url: String, client: u32) -> reqwest::Result<Answers> {
    let http = reqwest::Client::new();
    let mut answers = BTreeMap::new();
    for turn in 1..=REQUESTS_EACH {
        let request_id = format!("client-{client}/{turn}");
        let request = http.get(format!("{url}/orders/{client}{turn}")).header("x-request-id", &request_id);
        let answer = request.send().await?.error_for_status()?;
        answers.insert(request_id, answer.json().await?);
    }
    Ok(answers)
}

/// Prints a row for each request, with the number of checked values or the wrong one.
pub(crate) fn print_and_check(answers: &Answers) -> Result<usize, Box<dyn Error>> {
    println!("  {:<12} {:<10} {:>8} {:>8} {:>9} {:>8}", "request id", "store", "handler", "task", "blocking", "timer");
    let mut ids = HashSet::new();
    for (request_id, parts) in answers {
        let [handler, task, blocking, timer] = &parts[..] else { return Err("an answer of another shape".into()) };
        let of = [handler, task, blocking, timer].map(|part| part.async_id);
        let store = handler.store.as_deref().unwrap_or("-");
        println!("  {request_id:<12} {store:<10} {:>8} {:>8} {:>9} {:>8}", of[0], of[1], of[2], of[3]);
        let wrong =
            parts.iter().find(|part| !is_right(request_id, handler.async_id, part) || !ids.insert(part.async_id));
        wrong.map_or(Ok(()), |part| Err(format!("wrong in {request_id}: {part:?}")))?;
    }
    let expected = (CLIENTS * REQUESTS_EACH) as usize * 4;
    if ids.len() == expected { Ok(expected * 4) } else { Err(format!("{} of {expected} ids", ids.len()).into()) }
}

fn is_right(request_id: &str, handler: u64, part: &Seen) -> bool {
    let trigger = if part.async_id == handler { AsyncId::ROOT.as_u64() } else { handler };
    let order = request_id.replace("client-", "order ").replace('/', "");
    part.trigger_async_id == trigger
        && part.request_id.as_deref() == Some(request_id)
        && part.store.as_deref() == Some(&*order)
}
