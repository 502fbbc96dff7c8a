//! Joins the words of names with other separators and in another case, as sprig does.

use crate::letters;

/// The words of a name in lower case with `separator` between them. Numbers belong to the word
/// before them, or to the small letters after them.
pub(super) fn separated(text: &str, separator: char) -> String {
    let mut joiner = Joiner {
        words: words(text),
        separator,
        at: 0,
        out: String::new(),
    };
    while joiner.kind(1).is_some() {
        joiner.word();
    }
    joiner.write();
    joiner.out
}

/// The words of a name, each but the first with a capital letter. Connectors at the start stay.
pub(super) fn camel(text: &str) -> String {
    let name = text.trim_start_matches(is_connector);
    let mut out = text[..text.len() - name.len()].to_owned();
    let mut chars = name.chars();
    let Some(first) = chars.next() else {
        // If there are only connectors, sprig repeats the last one.
        out.extend(text.chars().next_back());
        return out;
    };
    // True while the capitals of one word go on: only its first one stays.
    let mut capitals = first.is_uppercase();
    let mut last = letters::lower_char(first);
    for c in chars {
        let before = last;
        last = c;
        if is_connector(c) && is_connector(before) {
            out.push(before);
        } else if is_connector(before) {
            capitals = c.is_uppercase();
            last = letters::upper_char(c);
        } else {
            capitals &= c.is_uppercase();
            if capitals {
                last = letters::lower_char(c);
            }
            out.push(before);
        }
    }
    out.push(if capitals {
        letters::lower_char(last)
    } else {
        last
    });
    out
}

/// The kind of a run of letters, to split names into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            c if is_connector(c) => Self::Connector,
            c if is_punctuation(c) => Self::Punctuation,
            c if c.is_uppercase() => Self::Upper,
            c if is_letter(c) => Self::Letters,
            c if c.is_numeric() => Self::Number,
            _ => Self::Other,
        }
    }
}

struct Joiner<'a> {
    words: Vec<(Kind, &'a str)>,
    separator: char,
    /// The index of the next run.
    at: usize,
    out: String,
}

impl Joiner<'_> {
    /// The kind of the run that is this far ahead.
    fn kind(&self, ahead: usize) -> Option<Kind> {
        self.words.get(self.at + ahead).map(|(kind, _)| *kind)
    }

    /// Writes a word that is not the last one, and what separates it from the next.
    fn word(&mut self) {
        let first = self.kind(0);
        self.write();
        match first {
            None | Some(Kind::Connector | Kind::Punctuation) => return,
            Some(Kind::Number) => self.write_letters_and_numbers(),
            Some(Kind::Upper | Kind::Letters | Kind::Other) => {
                if self.kind(0) == Some(Kind::Number) {
                    match self.kind(1) {
                        None => return,
                        Some(Kind::Letters) => self.out.push(self.separator),
                        Some(_) => {}
                    }
                    self.write();
                    self.write_letters_and_numbers();
                }
            }
        }
        if !matches!(
            self.kind(0),
            None | Some(Kind::Connector | Kind::Punctuation)
        ) {
            self.out.push(self.separator);
        }
    }

    fn write_letters_and_numbers(&mut self) {
        while matches!(self.kind(0), Some(Kind::Number | Kind::Letters)) {
            self.write();
        }
    }

    /// Writes the next run.
    fn write(&mut self) {
        let Some((_, run)) = self.words.get(self.at) else {
            return;
        };
        self.out.extend(run.chars().map(|c| {
            if is_connector(c) {
                self.separator
            } else {
                letters::lower_char(c)
            }
        }));
        self.at += 1;
    }
}

/// The runs of a text. The last of several capitals belongs to the word after them.
fn words(text: &str) -> Vec<(Kind, &str)> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind = Kind::of(first);
        let after = &rest[first.len_utf8()..];
        let run = |from: usize, belongs: fn(char) -> bool| {
            let rest = &rest[from..];
            from + rest.find(|c| !belongs(c)).unwrap_or(rest.len())
        };
        let start = first.len_utf8();
        let small = |c: char| is_letter(c) && !c.is_uppercase();
        let end = match kind {
            Kind::Connector => run(start, is_connector),
            Kind::Punctuation => run(start, is_punctuation),
            Kind::Number => run(start, char::is_numeric),
            Kind::Other => run(start, |c| {
                Kind::of(c) == Kind::Other || c.is_uppercase() && !is_letter(c)
            }),
            Kind::Letters => run(start, |c| is_letter(c) && !c.is_uppercase()),
            Kind::Upper if after.starts_with(char::is_uppercase) => {
                let end = run(start, char::is_uppercase);
                let last = rest[..end].chars().next_back().map_or(0, char::len_utf8);
                let followed = rest[end..].starts_with(small);
                if followed { end - last } else { end }
            }
            Kind::Upper => run(start, |c| is_letter(c) && !c.is_uppercase()),
        };
        words.push((kind, &rest[..end]));
        rest = &rest[end..];
    }
    words
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

/// True for the characters of ASCII that Unicode counts as punctuation, not as symbols.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c)
}

/// True for letters, except Chinese, Japanese and Korean ones.
fn is_letter(c: char) -> bool {
    let asian = matches!(c, '\u{3034}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}');
    c.is_alphabetic() && !asian
}
