//! One container in, the reason why Traefik's Docker provider would pass it over in silence out.

use std::fmt;

use traefik_config::Problem;
use traefik_config::labels::is_enabled;

use super::Surroundings;
use crate::docker::{Container, Health};

/// Why a container is passed over, and nobody is told unless he asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Its labels or the settings say that it is not to be served.
    NotEnabled,
    /// Its labels do not match the constraints.
    Constraints,
    /// Its health check has not passed yet.
    Starting,
    /// Its health check fails.
    Unhealthy,
}

/// Why a container is passed over; nothing if its labels are to be read.
///
/// # Errors
/// If that cannot be told since one of the labels that decide it cannot be read.
pub fn passed_over(
    container: &Container,
    surroundings: &Surroundings<'_>,
) -> Result<Option<Silence>, Problem> {
    if !is_enabled(&container.labels, surroundings.exposed_by_default)? {
        return Ok(Some(Silence::NotEnabled));
    }
    if !surroundings.constraints.matches(&container.labels) {
        return Ok(Some(Silence::Constraints));
    }
    Ok(match container.health {
        Health::Starting if !surroundings.allow_empty_services => Some(Silence::Starting),
        Health::Bad if !surroundings.allow_empty_services => Some(Silence::Unhealthy),
        Health::Good | Health::Starting | Health::Bad => None,
    })
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotEnabled => "it is not enabled: it needs the label traefik.enable=true",
            Self::Constraints => "its labels do not match --constraints",
            Self::Starting => "its health check has not passed yet",
            Self::Unhealthy => "its health check fails",
        })
    }
}
