//! Formats one value for one verb of Go's `fmt`.

use super::limits::{MAX_TEXT, Text};
use super::print::{self, not_finite, with_exponent};
use super::quote::{is_shown, quote, quote_character};
use super::value::Value;

/// The flags between `%` and its letter.
#[derive(Debug, Default, Clone)]
pub(super) struct Spec {
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    /// Go's complaints about a width or precision that is not a number.
    pub(super) notes: Vec<&'static str>,
}

impl Spec {
    /// Itself, unless its width is too large.
    pub(super) fn checked(&self) -> Result<&Self, String> {
        let widest = self.width.max(self.precision);
        if widest.is_some_and(|width| width > MAX_TEXT) {
            return Err(format!("the width is more than {MAX_TEXT}"));
        }
        Ok(self)
    }

    /// Formats a value for this verb.
    pub(super) fn print(&self, verb: char, value: &Value, out: &mut Text) -> Result<(), String> {
        if verb != 'v' {
            return self.write(verb, value, out);
        }
        // `%#v` prints Go's notation, `%+v` the names of fields.
        match (self.sharp, value) {
            (false, Value::Record(record)) if self.plus => {
                Err(format!("%+v is not supported for {}", record.described))
            }
            (false, _) | (true, Value::Bool(_) | Value::Int(_) | Value::Int64(_)) => {
                let plain = Self {
                    plus: false,
                    sharp: false,
                    ..self.clone()
                };
                plain.write(verb, value, out)
            }
            (true, Value::Text(text)) => self.pad(&quote(text, false), out),
            (true, _) => {
                Err("%#v is supported only for strings, booleans and whole numbers".to_owned())
            }
        }
    }

    fn write(&self, verb: char, value: &Value, out: &mut Text) -> Result<(), String> {
        let text = match value {
            _ if verb == 'T' => self.string('s', &value.type_name()),
            Value::None | Value::Nil if verb == 'v' => Some("<nil>".to_owned()),
            Value::None | Value::Nil => return out.push(&format!("%!{verb}(<nil>)")),
            Value::Bool(value) if matches!(verb, 't' | 'v') => Some(value.to_string()),
            Value::Bool(_) => None,
            Value::Int(number) | Value::Int64(number) => match self.integer(verb, *number) {
                Some(text) => return out.push(&text),
                None => None,
            },
            Value::Float(_) if self.sharp || matches!(verb, 'b' | 'x' | 'X') => {
                return Err(format!(
                    "%{verb} with these flags is not supported for floating-point numbers"
                ));
            }
            Value::Float(number) => match self.float(verb, *number) {
                Some(text) => return out.push(&text),
                None => None,
            },
            Value::Text(text) => self.string(verb, text),
            Value::List(_) | Value::Map(_) | Value::Record(_) => {
                let mut item = |item: &Value, out: &mut Text| match item {
                    Value::None | Value::Nil => out.push("<nil>"),
                    item => self.write(verb, item, out),
                };
                return print::each(value, out, &mut item);
            }
        };
        match text {
            Some(text) => self.pad(&text, out),
            // `%!d(string=web)`
            None => {
                out.push(&format!("%!{verb}({}=", value.type_name()))?;
                self.write('v', value, out)?;
                out.push(")")
            }
        }
    }

    fn pad(&self, text: &str, out: &mut Text) -> Result<(), String> {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.minus {
            out.push(text)?;
            out.repeat(" ", missing)
        } else {
            out.repeat(if self.zero { "0" } else { " " }, missing)?;
            out.push(text)
        }
    }

    fn padded(&self, text: &str) -> String {
        let width = self.width.unwrap_or(0);
        if self.minus {
            format!("{text:<width$}")
        } else {
            format!("{text:>width$}")
        }
    }

    /// As [`Self::padded`], but with zeros if the flag is set.
    fn filled(&self, text: &str) -> String {
        let width = self.width.unwrap_or(0);
        if self.zero && !self.minus {
            format!("{text:0>width$}")
        } else {
            self.padded(text)
        }
    }

    fn integer(&self, verb: char, number: i64) -> Option<String> {
        let abs = number.unsigned_abs();
        let character = || {
            let c = u32::try_from(number).ok().and_then(char::from_u32);
            c.unwrap_or(char::REPLACEMENT_CHARACTER)
        };
        let digits = match verb {
            'd' | 'v' => abs.to_string(),
            'b' => format!("{abs:b}"),
            'o' | 'O' => format!("{abs:o}"),
            'x' => format!("{abs:x}"),
            'X' => format!("{abs:X}"),
            'c' => return Some(self.filled(&character().to_string())),
            'q' => return Some(self.filled(&quote_character(character(), self.plus))),
            'U' => {
                let zeros = self.precision.unwrap_or(0).max(4);
                let mut text = format!("U+{number:0zeros$X}");
                if self.sharp && is_shown(character()) {
                    text += &format!(" '{}'", character());
                }
                return Some(self.padded(&text));
            }
            _ => return None,
        };
        let sign = match (number < 0, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        if self.precision == Some(0) && number == 0 {
            return Some(self.padded(""));
        }
        let zeros = match (self.precision, self.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if self.zero && !self.minus => width.saturating_sub(sign.len()),
            _ => 0,
        };
        let digits = format!("{digits:0>zeros$}");
        let prefix = match verb {
            'b' if self.sharp => "0b",
            'o' if self.sharp && !digits.starts_with('0') => "0",
            'O' if self.sharp && !digits.starts_with('0') => "0o0",
            'O' => "0o",
            'x' if self.sharp => "0x",
            'X' if self.sharp => "0X",
            _ => "",
        };
        Some(self.padded(&format!("{sign}{prefix}{digits}")))
    }

    fn float(&self, verb: char, number: f64) -> Option<String> {
        let abs = number.abs();
        let text = match verb {
            _ if !number.is_finite() => {
                not_finite(number).trim_start_matches(['+', '-']).to_owned()
            }
            'f' | 'F' => format!("{abs:.*}", self.precision.unwrap_or(6)),
            'e' | 'E' => scientific(abs, self.precision.unwrap_or(6)),
            'g' | 'G' | 'v' => general(abs, self.precision),
            _ => return None,
        };
        let text = if verb.is_ascii_uppercase() {
            text.to_uppercase()
        } else {
            text
        };
        let sign = match (number.is_sign_negative(), self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        if self.zero && !self.minus && number.is_finite() {
            let width = self.width.unwrap_or(0).saturating_sub(sign.len());
            return Some(format!("{sign}{text:0>width$}"));
        }
        Some(self.padded(&format!("{sign}{text}")))
    }

    fn string(&self, verb: char, text: &str) -> Option<String> {
        let cut: String = match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text.to_owned(),
        };
        Some(match verb {
            's' | 'v' => cut,
            'q' if self.sharp
                && !cut.contains(['`', '\u{7f}', '\u{feff}'])
                && !cut.chars().any(|c| c.is_control() && c != '\t') =>
            {
                format!("`{cut}`")
            }
            'q' => quote(&cut, self.plus),
            'x' => self.hexadecimal(text),
            'X' => self.hexadecimal(text).to_uppercase(),
            _ => return None,
        })
    }

    fn hexadecimal(&self, text: &str) -> String {
        let length = text.len().min(self.precision.unwrap_or(usize::MAX));
        let prefix = if self.sharp && length > 0 { "0x" } else { "" };
        let between = if self.space {
            format!(" {prefix}")
        } else {
            String::new()
        };
        let digits = print::hex(&text.as_bytes()[..length], &between);
        format!("{prefix}{digits}")
    }
}

fn scientific(abs: f64, precision: usize) -> String {
    let text = format!("{abs:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    with_exponent(digits, exponent.parse().unwrap_or(0))
}

/// `%g`: the shorter of the two forms.
fn general(abs: f64, precision: Option<usize>) -> String {
    let text = match precision {
        Some(precision) => format!("{abs:.*e}", precision.max(1) - 1),
        None => format!("{abs:e}"),
    };
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = without_zero_decimals(digits);
    let limit = precision.map_or(6, |precision| precision.max(1));
    let limit = i32::try_from(limit).unwrap_or(i32::MAX);
    if exponent < -4 || exponent >= limit {
        return with_exponent(digits, exponent);
    }
    match precision {
        None => format!("{abs}"),
        Some(precision) => {
            let decimals = i32::try_from(precision.max(1)).unwrap_or(i32::MAX) - 1 - exponent;
            let text = format!("{abs:.*}", usize::try_from(decimals).unwrap_or(0));
            without_zero_decimals(&text).to_owned()
        }
    }
}

/// `1.50` as `1.5`, and `1.00` as `1`.
fn without_zero_decimals(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

/// `string=web`
pub(super) fn with_type(value: &Value, out: &mut Text) -> Result<(), String> {
    if matches!(value, Value::None | Value::Nil) {
        return out.push("<nil>");
    }
    out.push(&value.type_name())?;
    out.push("=")?;
    Spec::default().print('v', value, out)
}
