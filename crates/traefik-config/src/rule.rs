//! A router's rule in, the host names that it asks for out.

/// The literal names in the rule's `Host(…)` and `HostSNI(…)`, in small letters, each once.
///
/// As Traefik does for its certificates, names below a `!` are counted too. `*` is no name.
pub fn hosts(rule: &str) -> Vec<String> {
    let mut hosts = Vec::new();
    let mut before = None;
    let mut inside = false;
    for token in (Tokens { rest: rule }) {
        match &token {
            Token::Sign('(') => inside = before.as_ref().is_some_and(Token::is_host_matcher),
            Token::Sign(')') => inside = false,
            Token::Text(text) if inside => {
                let host = text.to_lowercase();
                if host != "*" && !host.is_empty() && !hosts.contains(&host) {
                    hosts.push(host);
                }
            }
            Token::Sign(_) | Token::Text(_) | Token::Word(_) => {}
        }
        before = Some(token);
    }
    hosts
}

/// One piece of a rule.
enum Token<'a> {
    /// A matcher's name.
    Word(&'a str),
    /// What stands between quotes.
    Text(String),
    /// Any other character.
    Sign(char),
}

impl Token<'_> {
    fn is_host_matcher(&self) -> bool {
        let Self::Word(word) = self else {
            return false;
        };
        word.eq_ignore_ascii_case("host") || word.eq_ignore_ascii_case("hostsni")
    }
}

struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.rest.trim_start();
        let first = rest.chars().next()?;
        let (token, used) = match first {
            '`' => {
                let text = &rest[1..];
                let end = text.find('`').unwrap_or(text.len());
                (Token::Text(text[..end].to_owned()), end + 2)
            }
            '"' => quoted(rest),
            c if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (Token::Word(&rest[..end]), end)
            }
            c => (Token::Sign(c), c.len_utf8()),
        };
        // A quote that is never closed ends with the rule.
        self.rest = rest.get(used..).unwrap_or("");
        Some(token)
    }
}

/// A text in double quotes; what a backslash hides is taken as it is.
fn quoted(rest: &str) -> (Token<'_>, usize) {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (Token::Text(text), at + 1),
            '\\' => text.extend(chars.next().map(|(_, c)| c)),
            c => text.push(c),
        }
    }
    (Token::Text(text), rest.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_they_are_asked_for() {
        for (rule, expected) in [
            ("Host(`a.example`)", vec!["a.example"]),
            ("Host(`A.example`) && PathPrefix(`/x`)", vec!["a.example"]),
            (
                "(Host(\"a\") || host( `b` )) && !HOST(`c`)",
                vec!["a", "b", "c"],
            ),
            ("Host(`a`) || Host(`a`)", vec!["a"]),
            ("HostSNI(`*`)", vec![]),
            ("HostSNI(`db.example`) && ALPN(`h2`)", vec!["db.example"]),
            ("HostRegexp(`^.+\\.example$`)", vec![]),
            ("PathPrefix(`/Host(x)`)", vec![]),
            ("Header(`X`, `Host(\"no\")`)", vec![]),
            ("Host(\"a\\\"b\")", vec!["a\"b"]),
            ("Host(`open", vec!["open"]),
            ("", vec![]),
        ] {
            assert_eq!(hosts(rule), expected, "{rule}");
        }
    }
}
