//! Decides whether a container is skipped, as by Traefik's Docker provider, and why.

use std::fmt;

use traefik_config::labels::is_enabled;
use traefik_config::{Code, Problem};

use super::context::ResolveContext;
use crate::docker::{Container, Health};

/// The label that turns a container on or off.
const ENABLE: &str = "traefik.enable";

/// The label that compose sets to `True` for `docker compose run`.
const COMPOSE_ONE_OFF: &str = "com.docker.compose.oneoff";

/// The label that serves a container of `docker compose run` all the same.
pub(super) const SERVE_ONE_OFF: &str = "tether.oneoff";

/// The label of a swarm's tasks on the node that runs them.
const SWARM_SERVICE: &str = "com.docker.swarm.service.name";

/// Why a container is skipped. Only `tetherd explain` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// No label enables it, and the settings require one.
    NotEnabled,
    /// As [`Self::NotEnabled`], and it is a task of a swarm: the labels are those of its service.
    SwarmTask,
    /// A label disables it.
    Disabled,
    /// `docker compose run` started it, beside the service's own containers.
    OneOff,
    /// Its labels do not match the constraints.
    Constraints,
    /// Its health check has not passed yet.
    Starting,
    /// Its health check fails.
    Unhealthy,
}

/// Why a container is skipped; none if its labels are to be read.
///
/// # Errors
/// If one of the labels that decide this cannot be read.
pub fn skip_reason(
    container: &Container,
    context: &ResolveContext<'_>,
) -> Result<Option<SkipReason>, Problem> {
    if !is_enabled(&container.labels, context.exposed_by_default)? {
        return Ok(Some(why_not_enabled(container)));
    }
    if !context.constraints.matches(&container.labels) {
        return Ok(Some(SkipReason::Constraints));
    }
    if is_one_off(container)? {
        return Ok(Some(SkipReason::OneOff));
    }
    if context.allow_empty_services {
        return Ok(None);
    }
    Ok(match container.health {
        Health::Healthy => None,
        Health::Starting => Some(SkipReason::Starting),
        Health::Unhealthy => Some(SkipReason::Unhealthy),
    })
}

/// True for a container of `docker compose run`, which has the labels of its service but does
/// something else, unless a label says that it is to be served.
fn is_one_off(container: &Container) -> Result<bool, Problem> {
    let is_one_off = container.label(COMPOSE_ONE_OFF);
    if !is_one_off.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(false);
    }
    match container.label(SERVE_ONE_OFF) {
        None | Some("false") => Ok(true),
        Some("true") => Ok(false),
        Some(other) => {
            let message = format!("label {SERVE_ONE_OFF}: `{other}` is not `true` or `false`");
            Err(Problem::error(Code::BadValue, message).of_label(SERVE_ONE_OFF))
        }
    }
}

fn why_not_enabled(container: &Container) -> SkipReason {
    let mut labels = container.labels.keys();
    if labels.any(|key| key.eq_ignore_ascii_case(ENABLE)) {
        SkipReason::Disabled
    } else if container.label(SWARM_SERVICE).is_some() {
        SkipReason::SwarmTask
    } else {
        SkipReason::NotEnabled
    }
}

impl SkipReason {
    /// The reason in words, with the remedy if it is not intended.
    pub fn advice(self) -> &'static str {
        match self {
            Self::NotEnabled => {
                "it is not enabled: add the label traefik.enable=true, or run the agent with \
                 --exposed-by-default"
            }
            Self::SwarmTask => {
                "it belongs to a service of a swarm: an agent on a manager reads the labels of the \
                 service (those under deploy)"
            }
            Self::Disabled => "its label traefik.enable disables it",
            Self::OneOff => {
                "it was started by `docker compose run`, beside the containers of its service: add \
                 the label tether.oneoff=true if it is to be served"
            }
            Self::Constraints => {
                "its labels do not match the agent's --constraints: add the label that they require"
            }
            Self::Starting => {
                "its health check has not passed yet: wait, or run the agent with \
                 --allow-empty-services"
            }
            Self::Unhealthy => {
                "its health check fails: see the output of the check in `docker inspect`, and fix \
                 the container or the check"
            }
        }
    }

    /// True if its health alone is the reason.
    pub fn is_health(self) -> bool {
        matches!(self, Self::Starting | Self::Unhealthy)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.advice())
    }
}
