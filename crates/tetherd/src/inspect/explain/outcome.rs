//! A container's elements and everything that is known against them → its outcome. Pure.

use std::collections::BTreeSet;

use traefik_config::references::references;
use traefik_config::{Code, Element, Kind, Severity};

use super::view::{ContainerView, RoutingState};

/// The outcome of a container that asks for routes and has the elements for them.
pub(super) fn outcome(container: &ContainerView) -> RoutingState {
    let findings: Vec<Finding<'_>> = findings(container).collect();
    if findings.iter().any(Finding::is_about_everything) {
        return RoutingState::NotRouted;
    }
    let routers = container.asks.iter();
    let routers = routers.filter(|element| element.kind == Kind::Routers);
    let states: Vec<Option<RoutingState>> = routers
        .map(|router| of_router(router, &container.asks, &findings))
        .collect();
    // The worst names the container if no router is left.
    let all_fail = states.iter().all(Option::is_some);
    let worst = states.into_iter().flatten().min();
    if all_fail && let Some(worst) = worst {
        return worst;
    }
    let is_left_out = |finding: &Finding<'_>| {
        finding.severity > Severity::Info && matches!(finding.code, Code::NotLinked | Code::NoRule)
    };
    if worst.is_none() && all_fail && findings.iter().any(is_left_out) {
        return RoutingState::NotRouted;
    }
    let lacks = |finding: &Finding<'_>| {
        finding.severity > Severity::Info || finding.code == Code::NotHealthy
    };
    if findings.iter().any(lacks) {
        RoutingState::Partly
    } else {
        RoutingState::Routed
    }
}

/// One thing that is known against a container, from its own agent or from a hub.
struct Finding<'a> {
    code: Code,
    severity: Severity,
    /// The element that it concerns, as `http.routers.NAME`.
    element: Option<&'a str>,
}

fn findings(container: &ContainerView) -> impl Iterator<Item = Finding<'_>> {
    let own = container.problems.iter().map(|problem| Finding {
        code: problem.code,
        severity: problem.severity,
        element: problem.element.as_deref(),
    });
    let said = container.verdicts.iter().map(|verdict| Finding {
        code: verdict.code,
        severity: verdict.severity,
        element: verdict.element.as_deref(),
    });
    own.chain(said)
}

impl Finding<'_> {
    /// True for an error that costs the container everything.
    fn is_about_everything(&self) -> bool {
        self.severity == Severity::Error
            && matches!(self.code, Code::Conflict | Code::NeedsNewerTraefik)
    }

    /// What becomes of a router that depends on the element; none if it works all the same.
    fn state(&self) -> Option<RoutingState> {
        match (self.severity, self.code) {
            (Severity::Error, Code::BadRule | Code::BadMiddleware | Code::TraefikRefuses) => {
                Some(RoutingState::Refused)
            }
            (Severity::Error, _) => Some(RoutingState::NotRouted),
            (Severity::Warning, Code::BadRule | Code::NeedsNewerTraefik) => {
                Some(RoutingState::MatchesNothing)
            }
            (Severity::Warning, Code::ServerUnreachable) => Some(RoutingState::NoAnswer),
            (Severity::Warning, Code::NotApplied) => Some(RoutingState::Waiting),
            (Severity::Warning | Severity::Info, _) => None,
        }
    }
}

/// The state of a router that does not work; none if nothing is known against it.
fn of_router(
    router: &Element,
    elements: &[Element],
    findings: &[Finding<'_>],
) -> Option<RoutingState> {
    let needed = needed(router, elements);
    let concern = findings
        .iter()
        .filter(|finding| finding.element.is_some_and(|key| needed.contains(key)));
    concern.filter_map(Finding::state).min()
}

/// The keys of a router and of all elements of its container that it leads to.
fn needed(router: &Element, elements: &[Element]) -> BTreeSet<String> {
    let mut needed = BTreeSet::from([key(router)]);
    let mut next = vec![router];
    while let Some(element) = next.pop() {
        for reference in references(element.section, element.kind, &element.body) {
            let Some(name) = reference.own_name() else {
                continue;
            };
            let key = format!("{}.{}.{name}", reference.section, reference.kind);
            if needed.insert(key.clone()) {
                next.extend(elements.iter().filter(|element| self::key(element) == key));
            }
        }
    }
    needed
}

fn key(element: &Element) -> String {
    format!("{}.{}.{}", element.section, element.kind, element.name)
}

#[cfg(test)]
mod tests;
