//! Guesses what was meant by an unexpected token.

use super::lexer::Kind;

/// The hint for an operator that is written as a word.
pub(super) fn operator(word: &str) -> Option<String> {
    let operator = match &*word.to_ascii_lowercase() {
        "and" => "&&",
        "or" => "||",
        "not" => "!",
        _ => return None,
    };
    Some(format!("write `{operator}`"))
}

/// The hint for an unexpected token; `example` is a matcher.
pub(super) fn token(kind: &Kind<'_>, at_end: bool, example: &str) -> Option<String> {
    let hint = match kind {
        Kind::LineEnd if !at_end => {
            "a line may end only after `&&`, `||`, `!`, `(` or `,`, as in Go"
        }
        Kind::Other("&") => "write `&&`",
        Kind::Other("|") => "write `||`",
        Kind::Other("'" | "´" | "‘" | "’" | "“" | "”" | "„" | "«" | "»") => {
            return Some(format!("put strings in backquotes, such as {example}"));
        }
        Kind::Other(";") => "write `&&` or `||`",
        Kind::Word(word) if !word.eq_ignore_ascii_case("not") => return operator(word),
        _ => return None,
    };
    Some(hint.to_owned())
}
