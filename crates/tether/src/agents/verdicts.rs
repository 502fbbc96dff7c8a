//! Collects the problems that the hub found in an agent's routes.

use tether_proto::{HUB_FRAME_LIMIT, Verdict};
use traefik_config::{Code, Problem};

use crate::fleet::AgentId;
use crate::gateways::Observed;
use crate::probe::Results;
use crate::publish::Snapshot;

/// The limit for all verdicts of a message, approximately. An agent would reject a longer message,
/// and lose its connection at every change.
const VERDICTS_MAX_BYTES: usize = HUB_FRAME_LIMIT / 4;

/// The size of a verdict without its texts.
const VERDICT_OVERHEAD_BYTES: usize = 128;

/// The problems that the agent does not know itself; if there are too many, the worst ones.
pub fn verdicts(
    id: &AgentId,
    snapshot: &Snapshot,
    observed: &Observed,
    probed: &Results,
) -> Vec<Verdict> {
    let env = snapshot.environments.get(&id.env);
    let merged = env.map_or(&[][..], |env| &env.merged.problems);
    let of_agent = |problems| of_agent(&id.name, problems);
    let found = of_agent(merged)
        .filter(|problem| is_found_by_merge(problem))
        .chain(of_agent(observed.problems(&id.env)))
        .chain(of_agent(probed.problems(&id.env)));
    let verdicts = found.map(|problem| Verdict {
        container: problem.origin.container.clone(),
        element: problem.element.clone(),
        code: problem.code,
        severity: problem.severity,
        message: problem.message.clone(),
    });
    truncate(verdicts.collect())
}

/// The problems of this agent. All are sorted by origin, and in a large fleet most are other
/// agents'.
fn of_agent<'a>(name: &'a str, problems: &'a [Problem]) -> impl Iterator<Item = &'a Problem> {
    let first = problems.partition_point(|problem| agent(problem) < Some(name));
    let rest = problems[first..].iter();
    rest.take_while(move |problem| agent(problem) == Some(name))
}

fn agent(problem: &Problem) -> Option<&str> {
    problem.origin.agent.as_deref()
}

/// True for problems that only a merge finds. The agent has reported the others itself.
fn is_found_by_merge(problem: &Problem) -> bool {
    // The agent sends such a problem without an element.
    if problem.code == Code::HealthCheckPort {
        return problem.element.is_some();
    }
    matches!(
        problem.code,
        Code::Conflict
            | Code::RouterConflict
            | Code::TakesPrecedence
            | Code::Renamed
            | Code::UnresolvedReference
            | Code::InternalService
            | Code::NoHealthCheck
            | Code::ReferenceCycle
            | Code::Invalid
            | Code::NeedsNewerTraefik
    )
}

/// Keeps what fits into a message, and adds the number of the rest.
fn truncate(mut verdicts: Vec<Verdict>) -> Vec<Verdict> {
    if verdicts.iter().map(size).sum::<usize>() <= VERDICTS_MAX_BYTES {
        return verdicts;
    }
    verdicts.sort_by_key(|verdict| std::cmp::Reverse(verdict.severity));
    let mut room = VERDICTS_MAX_BYTES;
    let fitting = verdicts.iter().take_while(|verdict| {
        let left = room.checked_sub(size(verdict));
        room = left.unwrap_or(0);
        left.is_some()
    });
    let left_out = verdicts.split_off(fitting.count());
    if let Some(worst) = left_out.first() {
        verdicts.push(Verdict {
            container: None,
            element: None,
            code: worst.code,
            severity: worst.severity,
            message: format!(
                "there are {} more problems, which the dashboard shows: fix these first",
                left_out.len()
            ),
        });
    }
    verdicts
}

fn size(verdict: &Verdict) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    VERDICT_OVERHEAD_BYTES
        + text(&verdict.container)
        + text(&verdict.element)
        + verdict.message.len()
}
