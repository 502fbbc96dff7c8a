//! Writes an explanation as a page for people. Faults come first.

use std::collections::BTreeMap;

use traefik_config::{Element, Kind, Section, Severity};

pub use super::layout::Style;
use super::layout::{Ink, Page};
use super::view::{ContainerView, EngineView, Explanation, RoutingState};
use super::words::{length_of, middlewares, router, service};
use crate::hub::status::{HubState, HubView};
use tether_runtime::text::printable_up_to;

/// The longest text of others that is printed, in characters.
const TEXT_LIMIT: usize = 2000;

/// The number of names in the last line.
const NAMED: usize = 5;

/// The page.
pub fn text(explanation: &Explanation, style: Style) -> String {
    let mut page = Page::new(style);
    head(&mut page, explanation);
    let many = explanation.engines.len() > 1;
    let mut blocks: Vec<_> = explanation
        .containers()
        .filter(|(_, one)| has_block(one))
        .collect();
    blocks.sort_by_key(|(_, container)| container.outcome);
    for (engine, container) in blocks {
        page.gap();
        block(&mut page, container, many.then_some(engine));
    }
    page.gap();
    silent(&mut page, explanation);
    page.gap();
    last(&mut page, explanation);
    page.done()
}

fn head(page: &mut Page, explanation: &Explanation) {
    for note in &explanation.notes {
        row(page, 0, (Ink::Warn, "note"), note);
    }
    let version = &explanation.version;
    let who = match (explanation.running, &explanation.agent) {
        (true, name) => {
            let name = name.as_deref().unwrap_or("no name yet");
            format!("{name}, running, tetherd {version}")
        }
        (false, Some(name)) => format!("{name}, dry run, tetherd {version}"),
        (false, None) => format!("dry run, tetherd {version}"),
    };
    row(page, 0, (Ink::Bold, "agent"), &who);
    for hub in &explanation.hubs {
        let (ink, said) = hub_words(hub);
        row(page, 0, (Ink::Bold, "hub"), &format!("{}: {said}", hub.url));
        if let Some(fault) = &hub.fault {
            row(page, 0, (ink, ""), fault);
        }
    }
    for engine in &explanation.engines {
        let name = engine
            .name
            .as_deref()
            .map_or(String::new(), |name| format!(", host {name}"));
        let count = |runs: bool| {
            let all = engine.containers.iter();
            all.filter(|one| (one.state == "running" || one.state == "stopping") == runs)
                .count()
        };
        let said = if engine.listed {
            format!(
                "{}{name}: {} running, {} not",
                engine.endpoint,
                count(true),
                count(false)
            )
        } else {
            format!("{}{name}: its containers are not known", engine.endpoint)
        };
        row(page, 0, (Ink::Bold, "engine"), &said);
        if let Some(fault) = &engine.fault {
            let kept = if engine.listed {
                "; what was known before is shown"
            } else {
                ""
            };
            page.row(
                0,
                (Ink::Bad, ""),
                Ink::Bad,
                &clean(&format!("{fault}{kept}")),
            );
        }
    }
    match &explanation.address {
        Some(address) => {
            let why = &explanation.address_reason;
            row(
                page,
                0,
                (Ink::Bold, "address"),
                &format!("{address} because {why}"),
            );
        }
        None => {
            let why = clean(&explanation.address_reason);
            page.row(0, (Ink::Bad, "address"), Ink::Bad, &why);
        }
    }
}

fn hub_words(hub: &HubView) -> (Ink, String) {
    let version = hub
        .version
        .as_deref()
        .map_or(String::new(), |it| format!(" (tether {it})"));
    let time = hub.seconds.map_or(String::new(), |seconds| {
        format!(" for {}", length_of(seconds))
    });
    match hub.state {
        HubState::Applied => (
            Ink::Good,
            format!("connected{time}, it has the newest routes{version}"),
        ),
        HubState::Connected => (
            Ink::Warn,
            format!("connected{time}, it has not confirmed the newest routes yet{version}"),
        ),
        HubState::Legacy => (
            Ink::Good,
            format!("connected{time} by the wire of the Go hub, which confirms nothing"),
        ),
        HubState::Lost => (Ink::Bad, format!("not connected{time}")),
        HubState::Reached => (
            Ink::Good,
            "somebody listens there; it was not asked".to_owned(),
        ),
    }
}

/// True for what is not one of many that are passed over for the same reason.
fn has_block(container: &ContainerView) -> bool {
    container.outcome != RoutingState::PassedOver || !container.asks.is_empty()
}

fn block(page: &mut Page, container: &ContainerView, engine: Option<&EngineView>) {
    let (ink, outcome) = outcome_words(container.outcome);
    let state = match container.state.as_str() {
        "running" => String::new(),
        state => format!(" ({})", clean(state)),
    };
    let name = format!("{}:", clean(&container.name));
    let outcome = format!("{outcome}{state}");
    let mut title = vec![(Ink::Bold, name.as_str()), (ink, outcome.as_str())];
    let on = engine.map(|engine| format!("on {}", engine.endpoint));
    if let Some(on) = &on {
        title.push((Ink::Dim, on));
    }
    page.line(&title);
    for problem in &container.problems {
        let message = clean(&problem.message);
        trouble(page, problem.severity, &message);
        if let Some(label) = &problem.origin.label
            && !message.contains(label.as_str())
        {
            page.row(
                2,
                (Ink::Dim, ""),
                Ink::Dim,
                &clean(&format!("label {label}")),
            );
        }
    }
    for verdict in &container.verdicts {
        let message = format!("the hub {} says: {}", verdict.hub, verdict.message);
        trouble(page, verdict.severity, &message);
    }
    if let Some(why) = &container.why {
        row(page, 2, (ink, "why"), why);
    }
    for element in of(container, Kind::Routers) {
        let (first, second) = router(element);
        row(
            page,
            2,
            (Ink::Dim, &heading(element.section, "router")),
            &first,
        );
        page.row(2, (Ink::Dim, ""), Ink::Dim, &clean(&second));
    }
    // Such a container has no servers, and the reason is given above.
    if matches!(
        container.outcome,
        RoutingState::NotRouted | RoutingState::PassedOver
    ) {
        return;
    }
    for element in of(container, Kind::Services) {
        row(
            page,
            2,
            (Ink::Dim, &heading(element.section, "service")),
            &service(element),
        );
        let all = container.choices.iter();
        for choice in all.filter(|choice| choice.service == element.name) {
            page.row(2, (Ink::Dim, ""), Ink::Dim, &clean(&choice.reason));
        }
    }
    let made = middlewares(of(container, Kind::Middlewares));
    if !made.is_empty() {
        row(page, 2, (Ink::Dim, "middlewares"), &made);
    }
}

fn trouble(page: &mut Page, severity: Severity, message: &str) {
    let heading = match severity {
        Severity::Error => (Ink::Bad, "error"),
        Severity::Warning => (Ink::Warn, "warning"),
        Severity::Info => (Ink::Dim, "note"),
    };
    row(page, 2, heading, message);
}

fn of(container: &ContainerView, kind: Kind) -> impl Iterator<Item = &Element> {
    container
        .asks
        .iter()
        .filter(move |element| element.kind == kind)
}

fn heading(section: Section, kind: &str) -> String {
    match section {
        Section::Http => kind.to_owned(),
        section => format!("{section} {kind}"),
    }
}

fn outcome_words(outcome: RoutingState) -> (Ink, &'static str) {
    match outcome {
        RoutingState::NotRouted => (Ink::Bad, "NOT ROUTED"),
        RoutingState::Refused => (Ink::Bad, "REFUSED BY TRAEFIK"),
        RoutingState::MatchesNothing => (Ink::Bad, "MATCHES NOTHING"),
        RoutingState::NoAnswer => (Ink::Bad, "DOES NOT ANSWER"),
        RoutingState::Waiting => (Ink::Warn, "waiting until it is applied"),
        RoutingState::Partly => (Ink::Warn, "routed, but not as it asks"),
        RoutingState::Routed => (Ink::Good, "routed"),
        RoutingState::PassedOver => (Ink::Dim, "passed over"),
    }
}

/// The containers without a block of their own, one row for each reason.
fn silent(page: &mut Page, explanation: &Explanation) {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (_, container) in explanation.containers().filter(|(_, one)| !has_block(one)) {
        let mut name = clean(&container.name);
        if container.state != "running" {
            name = format!("{name} ({})", container.state);
        }
        let why = container.why.as_deref().unwrap_or_default();
        // How long each of them does not run is no reason of its own.
        let why = if container.idle {
            "it does not run"
        } else {
            why
        };
        reasons.entry(why).or_default().push(name);
    }
    for (why, names) in reasons {
        let names = format!("{}:", names.join(", "));
        page.line(&[(Ink::Bold, &names), (Ink::Dim, "passed over")]);
        row(page, 2, (Ink::Dim, "why"), why);
    }
}

fn last(page: &mut Page, explanation: &Explanation) {
    let mut parts = Vec::new();
    for (outcome, words, named) in [
        (RoutingState::NotRouted, "not routed", true),
        (RoutingState::Refused, "refused by Traefik", true),
        (RoutingState::MatchesNothing, "matching nothing", true),
        (RoutingState::NoAnswer, "not answering", true),
        (RoutingState::Waiting, "waiting", true),
        (RoutingState::Partly, "routed but not as asked", true),
        (RoutingState::Routed, "routed", false),
        (RoutingState::PassedOver, "passed over", false),
    ] {
        let all: Vec<String> = explanation
            .containers()
            .filter(|(_, container)| container.outcome == outcome)
            .map(|(_, container)| clean(&container.name))
            .collect();
        match all.len() {
            0 => {}
            count if named => {
                let more = if count > NAMED { ", …" } else { "" };
                let names = all.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
                parts.push(format!("{count} {words} ({names}{more})"));
            }
            count => parts.push(format!("{count} {words}")),
        }
    }
    if parts.is_empty() {
        parts.push("no container".to_owned());
    }
    let ink = if explanation.is_well() {
        Ink::Good
    } else {
        Ink::Bad
    };
    page.line(&[(ink, &parts.join(", "))]);
}

/// Text of others on one line.
fn clean(text: &str) -> String {
    printable_up_to(text, TEXT_LIMIT)
}

fn row(page: &mut Page, indent: usize, heading: (Ink, &str), text: &str) {
    page.row(indent, heading, Ink::Plain, &clean(text));
}
