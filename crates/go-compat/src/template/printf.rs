//! Formats values as Go's `fmt.Sprintf` does.

use super::limits::{Budget, MAX_TEXT, Text};
use super::value::Value;
use super::verb::{Spec, with_type};

pub(super) fn sprintf(format: &str, values: &[Value], budget: &Budget) -> Result<String, String> {
    let mut out = Text::default();
    let mut next = 0;
    let mut reordered = false;
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        out.push(before)?;
        let mut reader = Reader {
            rest: after,
            values,
            next,
            reordered: false,
            bad_index: false,
        };
        let spec = reader.spec()?;
        (rest, next) = (reader.rest, reader.next);
        reordered |= reader.reordered;
        for note in &spec.notes {
            out.push(note)?;
        }
        let Some(verb) = rest.chars().next() else {
            out.push("%!(NOVERB)")?;
            break;
        };
        rest = &rest[verb.len_utf8()..];
        if verb == '%' {
            out.push("%")?;
        } else if reader.bad_index {
            out.push(&format!("%!{verb}(BADINDEX)"))?;
        } else if let Some(value) = values.get(next) {
            next += 1;
            spec.checked()?.print(verb, value, &mut out)?;
        } else {
            out.push(&format!("%!{verb}(MISSING)"))?;
        }
        budget.spend(1)?;
    }
    out.push(rest)?;
    budget.spend_text(out.len())?;
    if !reordered && next < values.len() {
        out.push("%!(EXTRA ")?;
        for (i, value) in values[next..].iter().enumerate() {
            out.push(if i > 0 { ", " } else { "" })?;
            with_type(value, &mut out)?;
        }
        out.push(")")?;
    }
    Ok(out.into_string())
}

struct Reader<'a> {
    rest: &'a str,
    values: &'a [Value],
    next: usize,
    reordered: bool,
    bad_index: bool,
}

impl Reader<'_> {
    fn spec(&mut self) -> Result<Spec, String> {
        let mut spec = Spec::default();
        loop {
            match self.rest.as_bytes().first() {
                Some(b'+') => spec.plus = true,
                Some(b'-') => spec.minus = true,
                Some(b'#') => spec.sharp = true,
                Some(b' ') => spec.space = true,
                Some(b'0') => spec.zero = true,
                _ => break,
            }
            self.rest = &self.rest[1..];
        }
        let mut indexed = self.index();
        if self.eat('*') {
            match self.star().and_then(bounded_or_none) {
                Some((width, negative)) => {
                    spec.minus |= negative;
                    spec.zero &= !negative;
                    spec.width = Some(width);
                }
                None => spec.notes.push("%!(BADWIDTH)"),
            }
            indexed = false;
        } else {
            spec.width = self.number()?;
            self.bad_index |= indexed && spec.width.is_some();
        }
        if self.eat('.') {
            self.bad_index |= indexed;
            indexed = self.index();
            if self.eat('*') {
                match self.star().and_then(bounded_or_none) {
                    Some((precision, false)) => spec.precision = Some(precision),
                    _ => spec.notes.push("%!(BADPREC)"),
                }
                indexed = false;
            } else {
                spec.precision = Some(self.number()?.unwrap_or(0));
            }
        }
        if !indexed {
            self.index();
        }
        Ok(spec)
    }

    fn eat(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn number(&mut self) -> Result<Option<usize>, String> {
        let rest = self.rest;
        let length = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        self.rest = &rest[length..];
        if length == 0 {
            return Ok(None);
        }
        bounded(rest[..length].parse().unwrap_or(u64::MAX)).map(Some)
    }

    /// Takes a width or precision from the values.
    fn star(&mut self) -> Option<i64> {
        let value = self.values.get(self.next);
        self.next += usize::from(value.is_some());
        match value {
            Some(Value::Int(value) | Value::Int64(value)) => Some(*value),
            _ => None,
        }
    }

    /// `[2]`: the value to take next, counted from one. True if there is one.
    fn index(&mut self) -> bool {
        let Some(inside) = self.rest.strip_prefix('[') else {
            return false;
        };
        self.reordered = true;
        let Some((number, rest)) = inside.split_once(']') else {
            self.rest = inside;
            self.bad_index = true;
            return false;
        };
        self.rest = rest;
        match number.parse::<usize>() {
            Ok(number) if (1..=self.values.len()).contains(&number) => {
                self.next = number - 1;
                true
            }
            _ => {
                self.bad_index = true;
                false
            }
        }
    }
}

/// A width from a value, and whether it was negative. Go accepts none above a million.
fn bounded_or_none(number: i64) -> Option<(usize, bool)> {
    let width = usize::try_from(number.unsigned_abs()).ok()?;
    (width <= 1_000_000).then_some((width, number < 0))
}

fn bounded(number: u64) -> Result<usize, String> {
    match usize::try_from(number) {
        Ok(number) if number <= MAX_TEXT => Ok(number),
        _ => Err(format!("the width is more than {MAX_TEXT}")),
    }
}
