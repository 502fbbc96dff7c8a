//! Stores an element's definition as text with gaps for references and servers.
//!
//! A large fleet has tens of thousands of definitions, and a change touches a few of them. Text
//! takes a tenth of the memory of a tree of values, and is written by copying.

use std::collections::HashSet;

use serde_json::Value;
use traefik_config::engine::{LOAD_BALANCER, SERVERS};
use traefik_config::references::map_references;
use traefik_config::{Kind, Section};

/// A definition as JSON, with gaps for the names that it refers to and for its servers.
#[derive(Debug)]
pub(crate) struct Definition {
    text: Box<str>,
    gaps: Box<[Gap]>,
}

#[derive(Debug)]
struct Gap {
    /// The position in the text.
    at: usize,
    filling: Filling,
}

#[derive(Debug, Clone, Copy)]
enum Filling {
    /// The reference with this number.
    Reference(usize),
    /// The list of servers.
    Servers,
}

impl Definition {
    /// Parses a definition. The servers of a load balancer are stored separately, so any list of
    /// them in the body is dropped.
    pub(crate) fn of(section: Section, kind: Kind, mut body: Value) -> Self {
        let mark = unused_in(&body.to_string());
        let mut fillings = Vec::new();
        map_references(section, kind, &mut body, |_| {
            fillings.push(Filling::Reference(fillings.len()));
            format!("{mark}{}{mark}", fillings.len() - 1)
        });
        let balancer = match kind {
            Kind::Services => body.get_mut(LOAD_BALANCER).and_then(Value::as_object_mut),
            _ => None,
        };
        if let Some(balancer) = balancer {
            let place = format!("{mark}{}{mark}", fillings.len());
            fillings.push(Filling::Servers);
            balancer.insert(SERVERS.to_owned(), Value::String(place));
        }
        Self::cut(&body.to_string(), &mark, &fillings)
    }

    fn cut(marked: &str, mark: &str, fillings: &[Filling]) -> Self {
        let (open, close) = (format!("\"{mark}"), format!("{mark}\""));
        let mut pieces = marked.split(&open);
        let mut text = pieces.next().unwrap_or_default().to_owned();
        let mut gaps = Vec::with_capacity(fillings.len());
        for piece in pieces {
            let (number, rest) = piece.split_once(&close).unwrap_or((piece, ""));
            let filling = number.parse().ok().and_then(|at: usize| fillings.get(at));
            gaps.extend(filling.map(|&filling| Gap {
                at: text.len(),
                filling,
            }));
            text.push_str(rest);
        }
        Self {
            text: text.into(),
            gaps: gaps.into(),
        }
    }

    /// Writes the definition with these names, one for each reference in order, and these servers
    /// in JSON.
    pub(crate) fn write(&self, names: &[String], servers: &[&str]) -> Box<str> {
        let room = names.iter().map(|name| name.len() + 2).sum::<usize>()
            + servers.iter().map(|server| server.len() + 1).sum::<usize>();
        let mut text = String::with_capacity(self.text.len() + room + 2);
        let mut from = 0;
        for gap in &self.gaps {
            text.push_str(&self.text[from..gap.at]);
            from = gap.at;
            match gap.filling {
                Filling::Reference(at) => {
                    let name = names.get(at).map_or("", String::as_str);
                    text.push_str(&Value::from(name).to_string());
                }
                Filling::Servers => {
                    text.push('[');
                    text.push_str(&servers.join(","));
                    text.push(']');
                }
            }
        }
        text.push_str(&self.text[from..]);
        text.into()
    }
}

/// Returns a marker that does not occur in the text and that JSON does not escape.
fn unused_in(text: &str) -> String {
    let number = |piece: &str| piece.split_once(':')?.0.parse().ok();
    let taken: HashSet<usize> = text.split('@').skip(1).filter_map(number).collect();
    let unused = (0..).find(|number| !taken.contains(number));
    format!("@{}:", unused.expect("no text has every number in it"))
}

#[cfg(test)]
mod tests;
