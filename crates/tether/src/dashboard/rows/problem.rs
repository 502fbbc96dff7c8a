//! The rows of problems.

use sha2::{Digest, Sha256};
use tether_runtime::hex;
use traefik_config::{Code, Problem};

use crate::compile::{CompiledEngine, Hold};
use crate::dashboard::state::ProblemView;
use crate::fleet::MemberView;
use crate::publish::Snapshot;

/// The length of a problem's id before encoding.
const ID_BYTES: usize = 8;

/// The problems of the agents themselves.
pub(super) fn of_fleet(snapshot: &Snapshot, agents: &[MemberView]) -> Vec<ProblemView> {
    let mut problems = Vec::new();
    if snapshot.ready {
        for name in &snapshot.awaited {
            let mut problem = Problem::warning(
                Code::AgentMissing,
                format!(
                    "agent `{name}` has not reconnected since the hub was restarted: its routes \
                     are missing; start it, or forget it in the dashboard if it is gone for good"
                ),
            );
            problem.origin.agent = Some(name.clone());
            problems.push(row(None, &problem));
        }
    }
    for agent in agents {
        let of_agent = |mut problem: Problem, engine: Option<&CompiledEngine>| {
            problem.origin.agent = Some(agent.id.name.clone());
            problem.origin.engine = engine.map(|engine| engine.endpoint().to_owned());
            row(Some(&agent.id.env), &problem)
        };
        for problem in &agent.duplicates {
            problems.push(of_agent(problem.clone(), None));
        }
        if agent.hold != Hold::Live {
            let message = "the connection to this agent is lost; its routes are kept: is the \
                           host up, and is tetherd running?";
            problems.push(of_agent(Problem::warning(Code::AgentHeld, message), None));
        }
        for engine in agent.routes.engines.iter().filter(|engine| !engine.listed) {
            let message = "this engine does not answer; its last known routes are kept: see \
                           tetherd's log on that host";
            let problem = Problem::warning(Code::EngineUnreachable, message);
            problems.push(of_agent(problem, Some(engine)));
        }
    }
    problems
}

pub(super) fn row(env: Option<&str>, problem: &Problem) -> ProblemView {
    let json = serde_json::to_vec(&(env, problem)).unwrap_or_default();
    let digest = Sha256::digest(json);
    ProblemView {
        id: hex::encode(&digest[..ID_BYTES]),
        env: env.map(ToOwned::to_owned),
        origin: problem.origin.clone(),
        code: problem.code,
        severity: problem.severity,
        message: problem.message.clone(),
    }
}
