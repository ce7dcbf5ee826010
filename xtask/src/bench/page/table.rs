//! A table in markdown: the first column reads as text, the others as numbers.

pub(super) struct Table {
    text: String,
}

impl Table {
    pub(super) fn new<const N: usize>(head: [&str; N]) -> Self {
        let rule: String = (0..N).map(|column| if column == 0 { "|---" } else { "|---:" }).collect();
        let mut table = Self { text: String::new() };
        table.row(head.map(str::to_owned));
        table.text += &(rule + "|\n");
        table
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.text += &format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }

    pub(super) fn written(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        let mut table = Table::new(["a", "b"]);
        table.row(["x|y".to_owned(), "1".to_owned()]);
        assert_eq!(table.written(), "| a | b |\n|---|---:|\n| x\\|y | 1 |\n");
    }
}
