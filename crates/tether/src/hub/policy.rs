//! The policy of merges: the settings, and the gateways' own words where a setting is not set.

use std::sync::Arc;

use tokio::sync::watch;

use crate::gateways::Observed;
use crate::merge::Policy;
use crate::settings::{Settings, VersionSetting};

/// Makes the policy of what is known of the gateways.
#[derive(Debug)]
pub(super) struct PolicySource {
    precedence: Vec<String>,
    default_entry_points: Vec<String>,
    allow_internal: Vec<String>,
    traefik: VersionSetting,
}

impl PolicySource {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            precedence: settings.precedence.clone(),
            default_entry_points: settings.default_entrypoints.clone(),
            allow_internal: settings.allow_internal.clone(),
            traefik: settings.traefik_version,
        }
    }

    /// The policy at this moment.
    pub(super) fn policy(&self, observed: &Observed) -> Policy {
        let oldest = match self.traefik {
            VersionSetting::Auto => observed.oldest_traefik(),
            VersionSetting::Is(_) => None,
        };
        Policy {
            precedence: self.precedence.clone(),
            default_entry_points: match &self.default_entry_points[..] {
                [] => observed.default_entry_points(),
                names => names.to_vec(),
            },
            entry_point_tls: observed.entry_point_tls(),
            allow_internal: self.allow_internal.clone(),
            gateway_files: observed.files(),
            traefik: oldest.unwrap_or_else(|| self.traefik.or_newest().nearest_known()),
        }
    }

    /// The next policy that differs from this one.
    pub(super) async fn changed(
        &self,
        last: &Policy,
        observed: &mut watch::Receiver<Arc<Observed>>,
    ) -> Policy {
        loop {
            if observed.changed().await.is_err() {
                // There will be no change.
                std::future::pending::<()>().await;
            }
            let policy = self.policy(&observed.borrow_and_update());
            if policy != *last {
                return policy;
            }
        }
    }
}

#[cfg(test)]
mod tests;
