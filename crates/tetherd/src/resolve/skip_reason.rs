//! One container in, the reason why Traefik's Docker provider would pass it over in silence out.

use std::fmt;

use traefik_config::Problem;
use traefik_config::labels::is_enabled;

use super::context::ResolveContext;
use crate::docker::{Container, Health};

/// Why a container is passed over, and nobody is told unless he asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// No label says that it is to be served, and the settings ask for one.
    NotEnabled,
    /// As [`Self::NotEnabled`], and it is a task of a swarm: its service's labels are not its own.
    OfASwarm,
    /// Its label says that it is not to be served.
    Disabled,
    /// Its labels do not match the constraints.
    Constraints,
    /// Its health check has not passed yet.
    Starting,
    /// Its health check fails.
    Unhealthy,
}

/// The label that says whether a container is served.
const ENABLE: &str = "traefik.enable";

/// What a swarm's node labels the containers of its tasks with.
const SWARM_SERVICE: &str = "com.docker.swarm.service.name";

/// Why a container is passed over; nothing if its labels are to be read.
///
/// # Errors
/// If that cannot be told since one of the labels that decide it cannot be read.
pub fn skip_reason(
    container: &Container,
    context: &ResolveContext<'_>,
) -> Result<Option<SkipReason>, Problem> {
    if !is_enabled(&container.labels, context.exposed_by_default)? {
        let said = container
            .labels
            .keys()
            .any(|key| key.eq_ignore_ascii_case(ENABLE));
        return Ok(Some(if said {
            SkipReason::Disabled
        } else if container.label(SWARM_SERVICE).is_some() {
            SkipReason::OfASwarm
        } else {
            SkipReason::NotEnabled
        }));
    }
    if !context.constraints.matches(&container.labels) {
        return Ok(Some(SkipReason::Constraints));
    }
    Ok(match container.health {
        Health::Starting if !context.allow_empty_services => Some(SkipReason::Starting),
        Health::Unhealthy if !context.allow_empty_services => Some(SkipReason::Unhealthy),
        Health::Healthy | Health::Starting | Health::Unhealthy => None,
    })
}

impl SkipReason {
    /// Why, and what to do if that is not meant.
    pub fn advice(self) -> &'static str {
        match self {
            Self::NotEnabled => {
                "it is not enabled: give it the label traefik.enable=true, or the agent \
                 --exposed-by-default"
            }
            Self::OfASwarm => {
                "a swarm runs it: what the labels of its service ask for (those under deploy) is \
                 told by the agent on a manager"
            }
            Self::Disabled => "its label traefik.enable says that it is not to be served",
            Self::Constraints => {
                "its labels do not match the agent's --constraints: give it the label that they \
                 ask for"
            }
            Self::Starting => {
                "its health check has not passed yet: wait, or give the agent \
                 --allow-empty-services"
            }
            Self::Unhealthy => {
                "its health check fails: see `docker inspect` for what it says, and mend the \
                 container or the check"
            }
        }
    }

    /// True if its health alone is the reason.
    pub fn is_of_health(self) -> bool {
        matches!(self, Self::Starting | Self::Unhealthy)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.advice())
    }
}
