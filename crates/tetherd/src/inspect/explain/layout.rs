//! Lays out a page: wraps text under its heading, in colour if wanted.

use std::fmt::Write as _;

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// No line is longer, as far as words are shorter.
    pub width: usize,
    /// True: for a terminal that shows colours.
    pub colour: bool,
}

/// The meaning of a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// The subject.
    Plain,
    /// A heading.
    Bold,
    /// All is well.
    Good,
    /// Less than was asked for.
    Warn,
    /// Not at all.
    Bad,
    /// For who wants to know more.
    Dim,
}

/// A page that is being written.
#[derive(Debug)]
pub(super) struct Page {
    style: Style,
    text: String,
}

/// Headings of rows end here.
const COLUMN: usize = 12;

/// However narrow the terminal, a row keeps so many columns.
const LEAST: usize = 24;

impl Page {
    pub(super) fn new(style: Style) -> Self {
        let text = String::new();
        Self { style, text }
    }

    pub(super) fn done(self) -> String {
        self.text
    }

    /// An empty line, unless the page begins or one was just written.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A line of pieces, each in its ink, with a space between.
    pub(super) fn line(&mut self, pieces: &[(Ink, &str)]) {
        let pieces: Vec<String> = pieces
            .iter()
            .map(|(ink, text)| self.paint(*ink, text))
            .collect();
        let _ = writeln!(self.text, "{}", pieces.join(" "));
    }

    /// A row of a block: its heading, and text that is wrapped beside it. Without a heading it
    /// goes on with the row above.
    pub(super) fn row(
        &mut self,
        indent: usize,
        (ink, heading): (Ink, &str),
        body: Ink,
        text: &str,
    ) {
        let start = indent + COLUMN;
        let width = self.style.width.saturating_sub(start).max(LEAST);
        let mut heading = Some(heading);
        for line in wrap(text, width) {
            let heading = heading.take().unwrap_or_default();
            let blank = COLUMN.saturating_sub(heading.chars().count()).max(1);
            let heading = self.paint(ink, heading);
            let line = self.paint(body, &line);
            let _ = writeln!(self.text, "{:indent$}{heading}{:blank$}{line}", "", "");
        }
    }

    fn paint(&self, ink: Ink, text: &str) -> String {
        let code = match ink {
            _ if !self.style.colour || text.is_empty() => return text.to_owned(),
            Ink::Plain => return text.to_owned(),
            Ink::Bold => 1,
            Ink::Dim => 2,
            Ink::Bad => 31,
            Ink::Good => 32,
            Ink::Warn => 33,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Breaks a text between words. A word that is longer than a line is not broken: it may be a
/// label or a rule to be copied.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let more = word.chars().count();
        if length > 0 && length + 1 + more > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += more;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests;
