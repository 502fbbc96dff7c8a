//! Cuts texts and splits them into words, as Go's and sprig's functions do.

use std::ops::Range;

use crate::letters;

/// Go's `strings.Title`: the first letter of each word in upper case.
pub(super) fn title(text: &str) -> String {
    let mut after = ' ';
    text.chars()
        .map(|c| {
            let begins = after.is_whitespace()
                || (after.is_ascii() && !after.is_ascii_alphanumeric() && after != '_');
            after = c;
            if begins { letters::upper_char(c) } else { c }
        })
        .collect()
}

/// The first letter of each word in lower case.
pub(super) fn untitle(text: &str) -> String {
    let mut begins = true;
    text.chars()
        .map(|c| {
            let first = std::mem::replace(&mut begins, c.is_whitespace());
            if first { letters::lower_char(c) } else { c }
        })
        .collect()
}

pub(super) fn swapcase(text: &str) -> String {
    let swapped = text.chars().map(|c| match c {
        c if c.is_uppercase() => letters::lower_char(c),
        c if c.is_lowercase() => letters::upper_char(c),
        c => c,
    });
    swapped.collect()
}

/// sprig's `substr`: from the start or to the end for less than 0.
pub(super) fn substr(start: i64, end: i64, text: &str) -> Result<&str, String> {
    let place = |place: i64| usize::try_from(place).ok();
    match (place(start), place(end)) {
        (None, Some(end)) => part(text, 0..end),
        (Some(start), Some(end)) if end <= text.len() => part(text, start..end),
        (Some(start), _) => part(text, start..text.len()),
        (None, None) => Err("needs a start or an end of at least 0".to_owned()),
    }
}

/// sprig's `trunc`: so many bytes of the start, for less than 0 of the end.
pub(super) fn trunc(count: i64, text: &str) -> Result<&str, String> {
    let bytes = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    match text.len().checked_sub(bytes) {
        None => Ok(text),
        Some(cut) if count < 0 => part(text, cut..text.len()),
        Some(_) => part(text, 0..bytes),
    }
}

/// The text between two bytes. Go would cut a letter in two.
fn part(text: &str, range: Range<usize>) -> Result<&str, String> {
    if range.start > range.end || range.end > text.len() {
        let Range { start, end } = range;
        return Err(format!(
            "there are no bytes {start} to {end} in a text of {}",
            text.len()
        ));
    }
    text.get(range)
        .ok_or_else(|| "this cuts a letter in two, and Traefik takes no halves".to_owned())
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

/// The runs of a text; the last of several capitals begins the word after them.
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

/// The words of a name with a capital at each but the first; connectors at the start stay.
pub(super) fn camel(text: &str) -> String {
    let name = text.trim_start_matches(is_connector);
    let mut out = text[..text.len() - name.len()].to_owned();
    let mut chars = name.chars();
    let Some(first) = chars.next() else {
        // Nothing but connectors: the last one counts twice there.
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

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

/// Of ASCII, what Unicode calls punctuation and not a symbol.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c)
}

/// A letter of a script that has words of letters: not of Chinese, Japanese or Korean.
fn is_letter(c: char) -> bool {
    let asian = matches!(c, '\u{3034}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}');
    c.is_alphabetic() && !asian
}

/// Go's `path.Base`.
pub(super) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        Some("") | None => "/",
        Some(name) => name,
    }
}

/// Go's `path.Dir`.
pub(super) fn dir(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

/// Go's `path.Ext`.
pub(super) fn ext(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').map_or("", |at| &name[at..])
}

/// Go's `path.Clean`.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, path) => format!("/{path}"),
        (false, path) if path.is_empty() => ".".to_owned(),
        (false, path) => path,
    }
}
