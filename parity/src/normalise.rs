//! The form in which the logs of both sides are compared.
//!
//! - An id is a name, `a`, `b`, …, given in the order of appearance; `root` is the one outside of everything.
//! - A resource that is not the pair's own is looked through: it stands for the nearest own one among its triggers.
//! - `destroy` comes last, in the order of names: Node sends it when its loop turns or its collector finds the time, we send
//!   it at once. The pairs that are about that moment ask for it in its place.
//! - Where things run at once, lines are sorted by execution: first what root did, then what the first resource it names did,
//!   and so on. What one resource does is in order on both sides.

use std::collections::HashMap;

use async_hooks::AsyncId;

/// The order of the lines.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Order {
    AsItHappens,
    ByExecution,
}

/// A line as it was logged: ids in it are still numbers, `<17>`.
pub(crate) struct Entry {
    /// Who executed.
    pub(crate) by: AsyncId,
    pub(crate) text: String,
    pub(crate) last: bool,
}

/// What is known of every resource.
pub(crate) type Births = HashMap<AsyncId, Birth>;

pub(crate) struct Birth {
    pub(crate) is_own: bool,
    pub(crate) trigger: Option<AsyncId>,
}

pub(crate) fn normalised(births: &Births, entries: &[Entry], order: Order) -> String {
    let mut names = Names { births, given: vec![AsyncId::ROOT] };
    let (destroys, told): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| entry.last);
    let mut lines = match order {
        Order::AsItHappens => names.named(told),
        Order::ByExecution => by_execution(&told, &mut names),
    };
    let mut destroys = names.named(destroys);
    destroys.sort();
    lines.append(&mut destroys);
    lines.into_iter().map(|line| line + "\n").collect()
}

/// A resource's lines follow the line that names it first.
fn by_execution(entries: &[&Entry], names: &mut Names<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut told = 0;
    while let Some(&executing) = names.given.get(told) {
        let by_it = entries.iter().copied().filter(|entry| names.own(entry.by) == executing);
        let by_it: Vec<&Entry> = by_it.collect();
        lines.append(&mut names.named(by_it));
        told += 1;
    }
    lines
}

struct Names<'a> {
    births: &'a Births,
    /// In the order of appearance, root first.
    given: Vec<AsyncId>,
}

impl Names<'_> {
    fn named(&mut self, entries: Vec<&Entry>) -> Vec<String> {
        entries.into_iter().map(|entry| self.replace(&entry.text)).collect()
    }

    /// `before <17>` becomes `before a`.
    fn replace(&mut self, text: &str) -> String {
        let mut pieces = text.split('<');
        let mut line = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (number, rest) = piece.split_once('>').unwrap_or((piece, ""));
            let id = number.parse().ok().and_then(AsyncId::from_u64);
            line += &id.map_or_else(|| number.to_owned(), |id| self.name(id));
            line += rest;
        }
        line
    }

    /// An id that was never born keeps its number.
    fn name(&mut self, id: AsyncId) -> String {
        let id = self.own(id);
        let place = self.given.iter().position(|given| *given == id);
        match place {
            Some(0) => "root".to_owned(),
            Some(place) => letters(place - 1),
            None if !self.births.contains_key(&id) => id.to_string(),
            None => {
                self.given.push(id);
                letters(self.given.len() - 2)
            }
        }
    }

    /// The resource itself if it is the pair's own, else the nearest own one among its triggers.
    fn own(&self, id: AsyncId) -> AsyncId {
        match self.births.get(&id) {
            Some(Birth { is_own: false, trigger: Some(trigger) }) => self.own(*trigger),
            _ => id,
        }
    }
}

/// `a` to `z`, then `a1` to `z1`.
fn letters(index: usize) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_given_in_the_order_of_appearance() {
        let births = births(&[(7, true, 1), (9, true, 7)]);
        let lines = normalised(&births, &[entry(1, "<9> <7> <1> <9> <1000>")], Order::AsItHappens);
        assert_eq!(lines, "a b root a 1000\n");
    }

    #[test]
    fn a_foreign_resource_stands_for_its_nearest_own_trigger() {
        let births = births(&[(7, true, 1), (8, false, 7), (9, false, 8), (10, false, 1)]);
        let lines = normalised(&births, &[entry(1, "<9> <10>")], Order::AsItHappens);
        assert_eq!(lines, "a root\n");
    }

    #[test]
    fn by_execution_lines_of_a_resource_follow_the_one_that_names_it() {
        let births = births(&[(7, true, 1), (8, true, 1), (9, true, 8)]);
        let entries = [entry(1, "init <8>"), entry(8, "init <9>"), entry(1, "init <7>"), entry(9, "c"), entry(7, "b")];
        let lines = normalised(&births, &entries, Order::ByExecution);
        assert_eq!(lines, "init a\ninit b\ninit c\nb\nc\n");
    }

    #[test]
    fn destroys_come_last_by_name() {
        let births = births(&[(7, true, 1), (8, true, 1)]);
        let last = |text: &str| Entry { last: true, ..entry(1, text) };
        let entries =
            [entry(1, "init <7>"), entry(1, "init <8>"), last("destroy <8>"), last("destroy <7>"), entry(1, "x")];
        let lines = normalised(&births, &entries, Order::AsItHappens);
        assert_eq!(lines, "init a\ninit b\nx\ndestroy a\ndestroy b\n");
    }

    #[test]
    fn there_are_names_beyond_z() {
        assert_eq!([0, 25, 26, 53].map(letters), ["a", "z", "a1", "b2"]);
    }

    fn entry(by: u64, text: &str) -> Entry {
        Entry { by: AsyncId::from_u64(by).unwrap(), text: text.to_owned(), last: false }
    }

    fn births(all: &[(u64, bool, u64)]) -> Births {
        let born = |(id, is_own, trigger): &(u64, bool, u64)| {
            (AsyncId::from_u64(*id).unwrap(), Birth { is_own: *is_own, trigger: AsyncId::from_u64(*trigger) })
        };
        all.iter().map(born).collect()
    }
}
