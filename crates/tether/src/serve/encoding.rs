//! Decides by `Accept-Encoding` whether to compress an answer (RFC 9110, section 12.5.3).

use axum::http::{HeaderMap, header};

/// A weight of 1, in thousandths.
const FULL_WEIGHT: u16 = 1000;

/// True if the client accepts gzip and does not prefer the plain form. Without the header any
/// coding is allowed, and simple programs can read the plain form only.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut plain, mut any) = (None, None, None);
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let items = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    for item in items {
        let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
        let coding = coding.trim();
        let slot = if is(coding, "gzip") || is(coding, "x-gzip") {
            &mut gzip
        } else if is(coding, "identity") {
            &mut plain
        } else if coding == "*" {
            &mut any
        } else {
            continue;
        };
        *slot = weight(parameters);
    }
    let gzip = gzip.or(any).unwrap_or(0);
    // A client that lists codings without the plain form wants the plain form least.
    gzip > 0 && gzip >= plain.unwrap_or(0)
}

fn is(coding: &str, name: &str) -> bool {
    coding.eq_ignore_ascii_case(name)
}

/// The weight in thousandths; none if it is malformed, as if the coding were not listed.
fn weight(parameters: &str) -> Option<u16> {
    let parameters = parameters.trim();
    if parameters.is_empty() {
        return Some(FULL_WEIGHT);
    }
    let (name, value) = parameters.split_once('=')?;
    if !is(name.trim(), "q") {
        return None;
    }
    let (whole, part) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{part:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(FULL_WEIGHT),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
