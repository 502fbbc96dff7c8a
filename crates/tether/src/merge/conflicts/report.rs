//! The problem that a conflict between routers is reported as.

use traefik_config::{Code, Problem, shown};

use super::conflict::{Cause, Conflict, Outcome};
use crate::merge::ranked::Placed;

/// What a report takes into account beside the conflict itself.
pub(super) struct Circumstances {
    /// True if the router's agent is lost and the winner's is not.
    pub(super) gives_way_to_live: bool,
    /// What keeps the two from being one router that is balanced over both hosts.
    pub(super) differences: Option<String>,
}

/// Reports the conflict of a router with its winner.
pub(super) fn problem(
    [router, winner]: [&Placed<'_>; 2],
    conflict: &Conflict<'_>,
    outcome: &Outcome<'_>,
    circumstances: &Circumstances,
) -> Problem {
    let what = describe(router, winner, conflict);
    let message = match conflict.cause {
        _ if circumstances.gives_way_to_live && conflict.gives_way => format!(
            "{what}: {} is not connected, so that one is served until it is back",
            router.describe_owner()
        ),
        Cause::Requests if let Some(differences) = &circumstances.differences => format!(
            "{what}: {}; to balance over both make them equal: {differences}; else \
             give one of them another rule, priority or entry point",
            consequence(conflict, outcome, "Traefik uses either of them")
        ),
        Cause::Requests => format!(
            "{what}: {}; give one of them another rule, priority or entry point",
            consequence(conflict, outcome, "Traefik uses either of them")
        ),
        Cause::TlsOptions(_) => format!(
            "{what}: {}; use the same options for both",
            consequence(conflict, outcome, "Traefik applies neither")
        ),
    };
    match (conflict.gives_way, outcome) {
        (true, Outcome::Dropped) => Problem::error(Code::RouterConflict, message),
        _ => Problem::warning(Code::RouterConflict, message),
    }
}

/// The most hosts that a message names.
const HOSTS_SHOWN: usize = 3;

/// Tells the owner of a router that it takes the requests of these.
pub(super) fn takes_precedence(winner: &Placed<'_>, losers: &[&Placed<'_>]) -> Problem {
    let named = losers.iter().take(HOSTS_SHOWN).map(|loser| {
        let name = shown(&loser.node.key.name);
        format!("router `{name}` of {}", loser.describe_owner())
    });
    let mut named: Vec<String> = named.collect();
    if losers.len() > HOSTS_SHOWN {
        named.push(format!("{} more", losers.len() - HOSTS_SHOWN));
    }
    let message = format!(
        "{} takes precedence over {}, for the same requests: if it has moved here, stop the other \
         one",
        winner.node.key,
        named.join(", ")
    );
    Problem::info(Code::TakesPrecedence, message)
}

fn describe(router: &Placed<'_>, winner: &Placed<'_>, conflict: &Conflict<'_>) -> String {
    let key = &router.node.key;
    let other = shown(&winner.node.key.name);
    let owner = match (conflict.gives_way, winner.is_local()) {
        (true, _) => winner.describe_owner(),
        (false, true) => "the same file".to_owned(),
        (false, false) => "the same engine".to_owned(),
    };
    match conflict.cause {
        Cause::Requests => {
            format!("{key} matches the same requests as router `{other}` of {owner}")
        }
        Cause::TlsOptions(host) => format!(
            "{key} sets other tls.options for the host name `{host}` than router `{other}` of \
             {owner}",
            host = shown(host)
        ),
    }
}

fn consequence(conflict: &Conflict<'_>, outcome: &Outcome<'_>, within_engine: &str) -> String {
    match outcome {
        _ if !conflict.gives_way => within_engine.to_owned(),
        Outcome::Reduced(names) => format!(
            "the other takes precedence, so this one is served on {} only",
            shown(&names.join(", "))
        ),
        Outcome::Dropped | Outcome::Kept => {
            "the other takes precedence, so this one is left out".to_owned()
        }
    }
}
