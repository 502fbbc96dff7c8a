//! A snapshot and an agent in, what that agent is told of its own elements out.

use tether_proto::{HUB_FRAME_LIMIT, Verdict};
use traefik_config::{Code, Problem};

use crate::fleet::AgentId;
use crate::publish::Snapshot;

/// What all verdicts of a message take, about, in bytes: an agent takes no longer message, and
/// would lose its connection by one at every change.
const SIZE_LIMIT: usize = HUB_FRAME_LIMIT / 4;

/// What a verdict takes besides its texts.
const OVERHEAD: usize = 128;

/// What the hub found and the agent cannot know; of very many the worst.
pub fn verdicts(id: &AgentId, snapshot: &Snapshot) -> Vec<Verdict> {
    let env = snapshot.environments.get(&id.env);
    let problems = env.map_or(&[][..], |env| &env.merged.problems);
    // They are sorted by their origin, and in a large fleet there are many of others.
    let name = Some(id.name.as_str());
    let first = problems.partition_point(|problem| agent(problem) < name);
    let verdicts = problems[first..]
        .iter()
        .take_while(|problem| agent(problem) == name)
        .filter(|problem| is_the_hubs(problem.code))
        .map(|problem| Verdict {
            container: problem.origin.container.clone(),
            element: problem.element.clone(),
            code: problem.code,
            severity: problem.severity,
            message: problem.message.clone(),
        });
    fitting(verdicts.collect())
}

fn agent(problem: &Problem) -> Option<&str> {
    problem.origin.agent.as_deref()
}

/// True for what only the hub finds: the agent has told the rest itself.
fn is_the_hubs(code: Code) -> bool {
    matches!(
        code,
        Code::Conflict
            | Code::RouterConflict
            | Code::Renamed
            | Code::UnresolvedReference
            | Code::ReferenceCycle
            | Code::Invalid
            | Code::NeedsNewerTraefik
    )
}

/// As many as a message takes, and how many more there are.
fn fitting(mut verdicts: Vec<Verdict>) -> Vec<Verdict> {
    if verdicts.iter().map(size).sum::<usize>() <= SIZE_LIMIT {
        return verdicts;
    }
    verdicts.sort_by_key(|verdict| std::cmp::Reverse(verdict.severity));
    let mut room = SIZE_LIMIT;
    let taken = verdicts.iter().take_while(|verdict| {
        let left = room.checked_sub(size(verdict));
        room = left.unwrap_or(0);
        left.is_some()
    });
    let taken = taken.count();
    let left_out = verdicts.split_off(taken);
    if let Some(worst) = left_out.first() {
        verdicts.push(Verdict {
            container: None,
            element: None,
            code: worst.code,
            severity: worst.severity,
            message: format!(
                "there are {} problems more, which the dashboard shows: correct these first",
                left_out.len()
            ),
        });
    }
    verdicts
}

fn size(verdict: &Verdict) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    OVERHEAD + text(&verdict.container) + text(&verdict.element) + verdict.message.len()
}
