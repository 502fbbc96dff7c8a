//! Compares which of thousands of rules, good, bad and mutated, Traefik and we accept.

pub(super) mod mutate;
mod shown;

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};
use traefik_config::rule::{self, RuleError, Syntax};
use traefik_config::{Element, Kind, Problem, Section, Severity};

use crate::harness::{Traefik, needs, report, root, soon};
use mutate::{Kit, Mutator};

/// How many rules are tried. Traefik takes a few seconds for so many.
const COUNT: usize = 6_000;

/// The seed of the random rules; `TETHER_RULES_SEED` searches beyond them.
const SEED: u64 = 3_715;

/// A rule, and the router that it is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Case {
    section: Section,
    syntax: Syntax,
    tls: bool,
    rule: String,
}

#[tokio::test]
async fn traefik_accepts_exactly_the_rules_that_we_accept() -> Result<()> {
    needs!(Traefik);
    let seed = match std::env::var("TETHER_RULES_SEED") {
        Ok(seed) => seed.parse().context("TETHER_RULES_SEED is no number")?,
        Err(_) => SEED,
    };
    let cases = cases(seed)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("rules.yml");
    fs::write(&file, document(&cases))?;
    let traefik = Traefik::with(json!({
        "providers": { "file": { "filename": file, "watch": false } },
        // It logs a line for each bad rule.
        "log": { "level": "FATAL" },
    }))
    .await?;
    let view = soon("Traefik has read all rules", async || {
        let view = traefik.rawdata().await?;
        let count = |list: &str| view[list].as_object().map_or(0, Map::len);
        let count = count("routers") + count("tcpRouters");
        // Its own dashboard has two more.
        ensure!(count >= cases.len(), "{count} of {} routers", cases.len());
        Ok(view)
    })
    .await?;

    let (mut taken, mut refused, mut unjudged) = (0, 0, 0);
    let mut disagreements = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let theirs = theirs(&view, number, case)?;
        let parsed = rule::parse_as(case.section, case.syntax, &case.rule);
        if matches!(parsed, Err(RuleError::Unchecked(_))) {
            unjudged += 1;
            continue;
        }
        let ours = ours(case);
        match &theirs {
            None => taken += 1,
            Some(_) => refused += 1,
        }
        if ours.is_some() != theirs.is_some() {
            disagreements.push(format!(
                "{case:?}\n  ours: {}\n  Traefik's: {}",
                ours.map_or("taken".to_owned(), |problem| problem.message),
                theirs.as_deref().unwrap_or("taken")
            ));
        }
    }
    report(&format!(
        "rules: {} against Traefik (seed {seed}): {taken} taken, {refused} refused, {unjudged} \
         not judged, {} disagreements",
        cases.len(),
        disagreements.len()
    ))?;
    ensure!(
        taken > COUNT / 10 && refused > COUNT / 10,
        "the rules are all alike"
    );
    ensure!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    Ok(())
}

/// The written rules, those of the text cases among them, and what comes of them at random.
fn cases(seed: u64) -> Result<Vec<Case>> {
    let mut written = Vec::new();
    let mut files = vec![root().join("tests/conformance/rules/corpus.txt")];
    for entry in fs::read_dir(root().join("crates/traefik-config/tests/rules"))? {
        files.push(entry?.path());
    }
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
        read(&text, &mut written)?;
    }
    ensure!(written.len() > 200, "{} written rules", written.len());
    let mut mutator = Mutator::new(seed);
    let mut cases: BTreeSet<Case> = written.iter().cloned().collect();
    let is_good = |case: &&Case| rule::parse_as(case.section, case.syntax, &case.rule).is_ok();
    let good: Vec<Case> = written.iter().filter(is_good).cloned().collect();
    while cases.len() < COUNT {
        // Of a bad rule hardly ever comes a good one.
        let bases = if mutator.below(8) == 0 {
            &written
        } else {
            &good
        };
        let base = mutator.one_of(bases).clone();
        let other = mutator.one_of(bases);
        // Two matchers of two grammars are never one rule.
        let alike = (other.section, other.syntax) == (base.section, base.syntax);
        let other = if alike { &other.rule } else { &base.rule };
        let rule = mutator.mutated(&base.rule, other, kit(&base));
        if is_fit_for_yaml(&rule) {
            let tls = base.section == Section::Tcp && mutator.below(2) == 0;
            cases.insert(Case { rule, tls, ..base });
        }
    }
    Ok(cases.into_iter().collect())
}

fn kit(case: &Case) -> &'static Kit {
    match (case.section, case.syntax) {
        (Section::Tcp, Syntax::V2) => &Kit::TCP_V2,
        (Section::Tcp, Syntax::V3) => &Kit::TCP,
        (_, Syntax::V2) => &Kit::HTTP_V2,
        (_, Syntax::V3) => &Kit::HTTP,
    }
}

/// Reads one rule from each line, `\u{a}` for a character; `@tcp` and `@v2` begin a section.
fn read(text: &str, cases: &mut Vec<Case>) -> Result<()> {
    let (mut section, mut syntax) = (Section::Http, Syntax::V3);
    let lines = text.lines().take_while(|line| !line.starts_with("-----"));
    for line in lines.filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match line {
            "@http" => section = Section::Http,
            "@tcp" => section = Section::Tcp,
            "@v2" => syntax = Syntax::V2,
            "@v3" => syntax = Syntax::V3,
            line => {
                let rule = unescape(line)?;
                let case = Case {
                    section,
                    syntax,
                    tls: false,
                    rule,
                };
                if section == Section::Tcp {
                    let tls = true;
                    cases.push(Case {
                        tls,
                        ..case.clone()
                    });
                }
                cases.push(case);
            }
        }
    }
    Ok(())
}

fn unescape(text: &str) -> Result<String> {
    let mut parts = text.split("\\u{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('}').context("an open `\\u{`")?;
        out.push(char::from_u32(u32::from_str_radix(number, 16)?).context("no character")?);
        out += rest;
    }
    Ok(out)
}

/// The hub lets nothing else through to Traefik.
fn is_fit_for_yaml(text: &str) -> bool {
    let bad = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    !text.contains(bad) && !text.is_empty()
}

fn body(case: &Case) -> Value {
    let syntax = match case.syntax {
        Syntax::V2 => "v2",
        Syntax::V3 => "v3",
    };
    let entry_point = match case.section {
        Section::Tcp => "tcp",
        _ => "web",
    };
    let mut body = json!({
        "rule": case.rule,
        "ruleSyntax": syntax,
        "service": "app",
        "entryPoints": [entry_point],
    });
    if case.tls {
        body["tls"] = json!({});
    }
    body
}

fn document(cases: &[Case]) -> String {
    let routers = |section: Section| -> Map<String, Value> {
        let all = cases.iter().enumerate();
        let of_section = all.filter(|(_, case)| case.section == section);
        of_section
            .map(|(number, case)| (name(number), body(case)))
            .collect()
    };
    let service = |field: &str, address: &str| json!({ "app": { "loadBalancer": { "servers": [{ field: address }] } } });
    let document = json!({
        "http": {
            "routers": routers(Section::Http),
            "services": service("url", "http://127.0.0.1:9"),
        },
        "tcp": {
            "routers": routers(Section::Tcp),
            "services": service("address", "127.0.0.1:9"),
        },
    });
    // Traefik runs the file through a template first.
    document.to_string().replace("{{", "{\\u007b")
}

fn name(number: usize) -> String {
    format!("r{number}")
}

/// Why Traefik disabled the router, if it did.
fn theirs(view: &Value, number: usize, case: &Case) -> Result<Option<String>> {
    let list = match case.section {
        Section::Tcp => "tcpRouters",
        _ => "routers",
    };
    let router = &view[list][format!("{}@file", name(number))];
    let errors = router["error"].to_string();
    match router["status"].as_str() {
        Some("enabled") => Ok(None),
        Some("disabled") if errors.contains("rule") || errors.contains("matcher") => {
            Ok(Some(errors))
        }
        _ => bail!("{case:?} came to {router}"),
    }
}

/// Our own problem with the rule, if we expect Traefik to disable it.
fn ours(case: &Case) -> Option<Problem> {
    let element = Element {
        section: case.section,
        kind: Kind::Routers,
        name: "app".to_owned(),
        body: body(case),
        implicit: false,
    };
    rule::check(&element).filter(|problem| problem.severity == Severity::Error)
}
