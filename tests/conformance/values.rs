//! Compares with which of thousands of middlewares, good, bad and mutated, Traefik disables a router,
//! and which of them we call bad.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value, json};
use traefik_config::link::{Context, link};
use traefik_config::{Code, DefaultRule, Element, Kind, Section, Severity};

use super::rules::mutate::Mutator;
use crate::harness::{Traefik, needs, report, root, soon};

/// The number of middlewares.
const COUNT: usize = 3_000;

/// The seed of the random ones; `TETHER_VALUES_SEED` searches beyond them.
const SEED: u64 = 3_715;

#[tokio::test]
async fn traefik_builds_exactly_the_middlewares_that_we_call_good() -> Result<()> {
    needs!(Traefik);
    let seed = match std::env::var("TETHER_VALUES_SEED") {
        Ok(seed) => seed.parse().context("TETHER_VALUES_SEED is no number")?,
        Err(_) => SEED,
    };
    let cases = cases(seed)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("values.yml");
    // Traefik runs the file through a template first.
    fs::write(
        &file,
        document(&cases).to_string().replace("{{", "{\\u007b"),
    )?;
    let traefik = Traefik::with(json!({
        "providers": { "file": { "filename": file, "watch": false } },
        // It logs a line for each bad middleware.
        "log": { "level": "FATAL" },
    }))
    .await?;
    let view = soon("Traefik has read all routers", async || {
        let view = traefik.rawdata().await?;
        let count = view["routers"].as_object().map_or(0, Map::len);
        ensure!(count >= cases.len(), "{count} of {} routers", cases.len());
        Ok(view)
    })
    .await?;
    let (mut built, mut refused) = (0, 0);
    let mut disagreements = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let theirs = theirs(&view, number, case)?;
        match &theirs {
            None => built += 1,
            Some(_) => refused += 1,
        }
        let ours = ours(case);
        if ours.is_some() != theirs.is_some() {
            disagreements.push(format!(
                "{case}\n  ours: {}\n  Traefik's: {}",
                ours.as_deref().unwrap_or("built"),
                theirs.as_deref().unwrap_or("built")
            ));
        }
    }
    report(&format!(
        "values: {} middlewares against Traefik (seed {seed}): {built} built, {refused} refused, \
         {} disagreements",
        cases.len(),
        disagreements.len()
    ))?;
    ensure!(
        built > COUNT / 10 && refused > COUNT / 10,
        "the middlewares are all alike"
    );
    ensure!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    Ok(())
}

/// Middlewares of all kinds, each with values that are picked at random, and some of them mutated.
fn cases(seed: u64) -> Result<Vec<Value>> {
    let path = root().join("tests/conformance/values/corpus.yml");
    let corpus: Corpus = serde_yaml_ng::from_str(&fs::read_to_string(path)?)?;
    let mut mutator = Mutator::new(seed);
    let mut texts = BTreeSet::new();
    while texts.len() < COUNT {
        let template = mutator.one_of(&corpus.middlewares).clone();
        let filled = corpus.filled(&template, &mut mutator);
        if !filled.is_null() {
            texts.insert(filled.to_string());
        }
    }
    let parsed = texts.iter().map(|text| serde_json::from_str(text));
    Ok(parsed.collect::<Result<_, _>>()?)
}

/// Templates of middlewares, and the values that fill them.
#[derive(serde::Deserialize)]
struct Corpus {
    /// A text `$NAME` stands for a value of this name, a list `[$NAME]` for some of them.
    middlewares: Vec<Value>,
    values: BTreeMap<String, Vec<Value>>,
}

impl Corpus {
    /// The template with a value for each name. A field whose value is null is left out.
    fn filled(&self, template: &Value, mutator: &mut Mutator) -> Value {
        match template {
            Value::String(text) => match text.strip_prefix('$') {
                Some(name) => self.value(name, mutator),
                None => template.clone(),
            },
            Value::Array(items) => {
                let count = mutator.below(3);
                let some = (0..count).filter_map(|_| items.first());
                let filled: Vec<Value> = some.map(|item| self.filled(item, mutator)).collect();
                let filled = filled.into_iter().filter(|item| !item.is_null());
                filled.collect()
            }
            Value::Object(fields) => {
                let filled = fields.iter().map(|(name, field)| {
                    let value = self.filled(field, mutator);
                    (name.clone(), value)
                });
                let filled: Map<String, Value> =
                    filled.filter(|field| !field.1.is_null()).collect();
                // Traefik rejects a whole document with an empty part.
                if filled.is_empty() {
                    Value::Null
                } else {
                    Value::Object(filled)
                }
            }
            other => other.clone(),
        }
    }

    fn value(&self, name: &str, mutator: &mut Mutator) -> Value {
        let value = mutator.one_of(&self.values[name]).clone();
        match value {
            Value::String(text) if mutator.below(4) == 0 => mutated(&text, mutator).into(),
            value => value,
        }
    }
}

/// The text with a letter removed, doubled or replaced.
fn mutated(text: &str, mutator: &mut Mutator) -> String {
    const LETTERS: [char; 12] = ['0', '9', '.', '/', ':', '-', '(', ')', '[', ' ', 'a', '$'];
    let mut letters: Vec<char> = text.chars().collect();
    let at = mutator.below(letters.len().max(1));
    match mutator.below(3) {
        0 if at < letters.len() => drop(letters.remove(at)),
        1 if at < letters.len() => letters.insert(at, letters[at]),
        _ => letters.insert(at, *mutator.one_of(&LETTERS)),
    }
    letters.into_iter().collect()
}

fn document(cases: &[Value]) -> Value {
    let router = |number: usize| {
        json!({
            "rule": format!("Host(`r{number}.t`)"),
            "service": "app",
            "entryPoints": ["web"],
            "middlewares": [format!("m{number}")],
        })
    };
    let numbers = 0..cases.len();
    let routers: Map<String, Value> = numbers
        .map(|number| (format!("r{number}"), router(number)))
        .collect();
    let middlewares: Map<String, Value> = cases
        .iter()
        .enumerate()
        .map(|(number, body)| (format!("m{number}"), body.clone()))
        .collect();
    let servers = json!([{ "url": "http://127.0.0.1:9" }]);
    json!({ "http": {
        "routers": routers,
        "middlewares": middlewares,
        "services": { "app": { "loadBalancer": { "servers": servers } } },
    } })
}

/// Why Traefik disabled the router, if it did.
fn theirs(view: &Value, number: usize, case: &Value) -> Result<Option<String>> {
    let router = &view["routers"][format!("r{number}@file")];
    match router["status"].as_str() {
        Some("enabled") => Ok(None),
        Some("disabled") => Ok(Some(router["error"].to_string())),
        _ => bail!("{case} came to {router}"),
    }
}

/// Our own problem with the middleware, if we expect Traefik to refuse it.
fn ours(case: &Value) -> Option<String> {
    let element = Element {
        section: Section::Http,
        kind: Kind::Middlewares,
        name: "m".to_owned(),
        body: case.clone(),
        implicit: false,
    };
    let context = Context {
        name: "app",
        project: None,
        service: None,
        labels: &BTreeMap::new(),
        default_rule: &DefaultRule::default(),
    };
    let (_, problems) = link(vec![element], &context);
    let mut bad = problems.into_iter().filter(|problem| {
        problem.code == Code::BadMiddleware && problem.severity == Severity::Error
    });
    bad.next().map(|problem| problem.message)
}
