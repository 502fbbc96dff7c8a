//! Makes rules that resemble a given one. Equal seeds give equal rules.

/// Makes rules of rules.
#[derive(Debug)]
pub(crate) struct Mutator {
    state: u64,
}

/// The matchers of one grammar, `…` for the value.
#[derive(Debug)]
pub(crate) struct Kit {
    expressions: &'static [&'static str],
    templates: &'static [&'static str],
    text: &'static str,
}

impl Kit {
    pub(crate) const HTTP: Self = Self {
        expressions: &[
            "PathRegexp(`…`)",
            "HostRegexp(`…`)",
            "HeaderRegexp(`a`, `…`)",
            "QueryRegexp(`a`, `…`)",
        ],
        templates: &[],
        text: "PathPrefix(\"/…\")",
    };
    pub(crate) const HTTP_V2: Self = Self {
        expressions: &["HeadersRegexp(`a`, `…`)"],
        templates: &[
            "Path(`/a{n:…}`)",
            "PathPrefix(`/{n}.…`)",
            "HostRegexp(`{a:…}.{b}`)",
            "Query(`a={n:…}`)",
        ],
        text: "PathPrefix(\"/…\")",
    };
    pub(crate) const TCP: Self = Self {
        expressions: &["HostSNIRegexp(`…`)"],
        templates: &[],
        text: "ALPN(\"…\")",
    };
    pub(crate) const TCP_V2: Self = Self {
        expressions: &["HostSNI(`a…`)"],
        templates: &["HostSNIRegexp(`{n:…}.a`)", "HostSNIRegexp(`{n}…`)"],
        text: "ALPN(\"…\")",
    };
}

/// The pieces of rules and of their quoted texts.
const PIECES: &[&str] = &[
    "&&",
    "||",
    "!",
    "(",
    ")",
    ",",
    "`",
    "\"",
    "\\",
    "...",
    "\n",
    " ",
    "\t",
    "\r",
    "/*",
    "*/",
    "//",
    "Host",
    "host",
    "HOST",
    "PathPrefix(`/x`)",
    "Path",
    "Query",
    "HostSNI",
    "{",
    "}",
    "[",
    "]",
    "*",
    "+",
    "?",
    "^",
    "$",
    "|",
    ":",
    "-",
    "0",
    "1",
    "7",
    "é",
    "'",
    ";",
    "/",
    "*.",
    ".",
    "a",
    "=",
    "1.2.3.4/8",
    "&",
    "%",
    "true",
    "_",
    "`/",
    "/`",
    "`)",
    "(`",
    "世",
];

/// The pieces of regular expressions.
const EXPRESSION: &[&str] = &[
    "a",
    "b",
    "é",
    ".",
    "^",
    "$",
    "|",
    "(",
    ")",
    "(",
    ")",
    "(?:",
    "(?i)",
    "(?i:",
    "(?P<n>",
    "(?<n>",
    "(?P<",
    "(?",
    "(?-",
    "(?=",
    "(?!",
    "(?<=",
    "(?x)",
    "(?U)",
    "(?s-m)",
    "*",
    "+",
    "?",
    "*?",
    "{",
    "}",
    "{2}",
    "{2,}",
    "{2,3}",
    "{,3}",
    "{0}",
    "{1000}",
    "{1001}",
    "{500}",
    "{99999999999}",
    "{02}",
    "{3,2}",
    "[",
    "]",
    "[^",
    "[]",
    "[a-z]",
    "[z-a]",
    "[a-",
    "-",
    "[[:alpha:]]",
    "[[:foo:]]",
    "[:",
    ":]",
    "&&",
    "~~",
    "\\",
    "\\\\",
    "\\d",
    "\\D",
    "\\w",
    "\\s",
    "\\b",
    "\\B",
    "\\A",
    "\\z",
    "\\Z",
    "\\C",
    "\\Q",
    "\\E",
    "\\pL",
    "\\PN",
    "\\pX",
    "\\p{Greek}",
    "\\p{^Lu}",
    "\\p{",
    "\\p{}",
    "\\x41",
    "\\x4",
    "\\x{41}",
    "\\x{",
    "\\x{110000}",
    "\\0",
    "\\1",
    "\\12",
    "\\123",
    "\\8",
    "\\a",
    "\\n",
    "\\e",
    "\\h",
    "\\_",
    "\\-",
    "\\/",
    "\\é",
    "\\<",
    "x",
    "0",
    "9",
    ",",
    "<",
    ">",
    "=",
    "!",
    "_",
    "i",
    "P",
    "/",
    " ",
];

/// The pieces of texts in double quotes.
const ESCAPES: &[&str] = &[
    "a",
    "/",
    "é",
    "\\n",
    "\\t",
    "\\\\",
    "\\\"",
    "\\'",
    "\\x41",
    "\\x4",
    "\\xc3\\xa9",
    "\\101",
    "\\400",
    "\\08",
    "\\u00e9",
    "\\ud800",
    "\\u12",
    "\\U0001F600",
    "\\U00110000",
    "\\q",
    "\\",
    "\n",
    "`",
    "\r",
    "'",
];

/// The pieces of addresses.
const ADDRESS: &[&str] = &[
    "10.0.0.1",
    "10.0.0",
    "0",
    "1",
    "256",
    ".",
    "/",
    "8",
    "08",
    "32",
    "33",
    "128",
    "129",
    ":",
    "::",
    "fe80",
    "::1",
    "1:2:3:4:5:6:7",
    ":8",
    "ffff",
    "::ffff:",
    "%eth0",
    "+",
    "-",
    " ",
    "a",
    "g",
    "1.2.3.4",
    "00",
    "::/",
    "0.0.0.0/",
];

impl Mutator {
    pub(crate) fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self {
            state: seed | 1 << 63,
        }
    }

    /// A number below `limit`, which is not 0: xorshift64*.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let random = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(random).unwrap_or_default() % limit
    }

    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A rule like this one, or made of both, or with a value made up for a matcher of `kit`.
    pub(crate) fn mutated(&mut self, rule: &str, other: &str, kit: &Kit) -> String {
        match self.below(10) {
            0 => self.joined(rule, other),
            1 | 2 => {
                let value = self.made_of(EXPRESSION, 5);
                self.one_of(kit.expressions).replace('…', &value)
            }
            3 if !kit.templates.is_empty() => {
                let value = self.made_of(EXPRESSION, 3);
                self.one_of(kit.templates).replace('…', &value)
            }
            4 => {
                let value = self.made_of(ESCAPES, 3);
                kit.text.replace('…', &value)
            }
            5 => {
                let value = self.made_of(ADDRESS, 3);
                format!("ClientIP(`{value}`)")
            }
            _ => {
                let mut rule = rule.to_owned();
                for _ in 0..=self.below(2) {
                    rule = self.edited(&rule);
                }
                rule
            }
        }
    }

    fn joined(&mut self, rule: &str, other: &str) -> String {
        match self.below(6) {
            0 => format!("!{rule}"),
            1 => format!("({rule})"),
            2 => format!("({rule}) && !({other})"),
            3 => format!("{rule}\n||{other}"),
            4 => format!("{rule} || // {other}\n{other}"),
            _ => format!("{rule} && {other}"),
        }
    }

    fn made_of(&mut self, pieces: &[&str], most: usize) -> String {
        let count = 1 + self.below(most);
        (0..count).map(|_| *self.one_of(pieces)).collect()
    }

    /// One piece less, more or other.
    fn edited(&mut self, rule: &str) -> String {
        let mut chars: Vec<char> = rule.chars().collect();
        let at = self.below(chars.len() + 1);
        match self.below(4) {
            0 if at < chars.len() => {
                chars.remove(at);
            }
            1 if at + 1 < chars.len() => chars.swap(at, at + 1),
            2 if at < chars.len() => chars.insert(at, chars[at]),
            _ => {
                let piece = *self.one_of(PIECES);
                chars.splice(at..at, piece.chars());
            }
        }
        chars.into_iter().collect()
    }
}
