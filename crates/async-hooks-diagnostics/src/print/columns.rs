//! Aligned text: rows of cells, each column as wide as its widest cell.

use std::fmt;

use anstyle::Style;

/// One cell: text without colours, whose width is counted in characters.
pub(crate) struct Cell {
    text: String,
    style: Style,
    is_number: bool,
}

impl Cell {
    /// A cell that is aligned to the left.
    pub(crate) fn text(style: Style, text: impl fmt::Display) -> Cell {
        Cell { text: text.to_string(), style, is_number: false }
    }

    /// A cell that is aligned to the right.
    pub(crate) fn number(style: Style, number: impl fmt::Display) -> Cell {
        Cell { text: number.to_string(), style, is_number: true }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// Rows of cells.
#[derive(Default)]
pub(crate) struct Columns {
    rows: Vec<Vec<Cell>>,
}

impl Columns {
    pub(crate) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widest = |column| self.rows.iter().filter_map(|row: &Vec<Cell>| row.get(column)).map(Cell::width).max();
        (0..columns).map(|column| widest(column).unwrap_or_default()).collect()
    }

    /// How many characters stand to the left of this column.
    pub(crate) fn start_of(&self, column: usize) -> usize {
        self.widths().iter().take(column).map(|width| width + 2).sum()
    }

    /// The rows as lines without line ends, with two blanks between two columns.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        let widths = self.widths();
        self.rows.iter().map(move |row| line(row, &widths))
    }
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    let mut blanks = 0;
    for (cell, width) in row.iter().zip(widths) {
        let missing = width - cell.width();
        blanks += if cell.is_number { missing } else { 0 };
        if !cell.text.is_empty() {
            line.extend(std::iter::repeat_n(' ', blanks));
            line += &format!("{}{}{:#}", cell.style, cell.text, cell.style);
            blanks = 0;
        } else {
            blanks += cell.width();
        }
        blanks += 2 + if cell.is_number { 0 } else { missing };
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style::new();

    #[test]
    fn numbers_are_aligned_to_the_right_and_words_to_the_left() {
        let mut columns = Columns::default();
        columns.push(vec![Cell::number(PLAIN, 7), Cell::text(PLAIN, "µ"), Cell::text(PLAIN, "end")]);
        columns.push(vec![Cell::number(PLAIN, 1234), Cell::text(PLAIN, "task"), Cell::text(PLAIN, "")]);
        columns.push(vec![Cell::number(PLAIN, ""), Cell::text(PLAIN, "x")]);
        assert_eq!(Vec::from_iter(columns.lines()), ["   7  µ     end", "1234  task", "      x"]);
    }

    #[test]
    fn no_rows_are_no_lines() {
        assert_eq!(Columns::default().lines().count(), 0);
    }
}
