//! Cuts texts and paths, and changes the case of letters, as Go's and sprig's functions do.

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

/// sprig's `substr`: a negative start means the beginning, a negative end the end.
pub(super) fn substr(start: i64, end: i64, text: &str) -> Result<&str, String> {
    let place = |place: i64| usize::try_from(place).ok();
    match (place(start), place(end)) {
        (None, Some(end)) => part(text, 0..end),
        (Some(start), Some(end)) if end <= text.len() => part(text, start..end),
        (Some(start), _) => part(text, start..text.len()),
        (None, None) => Err("the start or the end must not be negative".to_owned()),
    }
}

/// sprig's `trunc`: this many bytes from the start, or from the end if it is negative.
pub(super) fn trunc(count: i64, text: &str) -> Result<&str, String> {
    let bytes = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    match text.len().checked_sub(bytes) {
        None => Ok(text),
        Some(cut) if count < 0 => part(text, cut..text.len()),
        Some(_) => part(text, 0..bytes),
    }
}

/// The text between two bytes. Go would cut letters in two.
fn part(text: &str, range: Range<usize>) -> Result<&str, String> {
    if range.start > range.end || range.end > text.len() {
        let Range { start, end } = range;
        return Err(format!(
            "there are no bytes {start} to {end}: the string has {}",
            text.len()
        ));
    }
    text.get(range).ok_or_else(|| {
        "this cuts a letter in two, which leaves a string that is not UTF-8".to_owned()
    })
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
