//! Everything that the gateways' APIs have told, at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use traefik_config::{Key, Problem, TraefikVersion};

use super::view::GatewayView;

/// Everything that is known of the gateways.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The gateways, in the order of the settings.
    pub gateways: Vec<Arc<GatewayView>>,
    /// The problems of each environment, sorted by origin.
    pub problems: Arc<BTreeMap<String, Vec<Problem>>>,
}

impl Observed {
    /// True if each gateway has answered at least once.
    pub fn is_complete(&self) -> bool {
        let mut gateways = self.gateways.iter();
        gateways.all(|gateway| gateway.version.is_some())
    }

    /// True if each gateway was seen without routes of a hub before this hub served any.
    pub fn were_empty(&self) -> bool {
        let mut gateways = self.gateways.iter();
        !self.gateways.is_empty() && gateways.all(|gateway| gateway.was_empty)
    }

    /// The gateways that read this environment.
    pub fn of<'a>(&'a self, env: &'a str) -> impl Iterator<Item = &'a Arc<GatewayView>> {
        let gateways = self.gateways.iter();
        gateways.filter(move |gateway| gateway.env == env)
    }

    /// The problems of this environment.
    pub fn problems(&self, env: &str) -> &[Problem] {
        self.problems.get(env).map_or(&[], Vec::as_slice)
    }

    /// The oldest version of Traefik; none if no gateway has a known one.
    pub fn oldest_traefik(&self) -> Option<TraefikVersion> {
        let versions = self.gateways.iter().filter_map(|gateway| {
            // Without the suffix of a pre-release, such as `-rc.1`.
            let version = gateway.version.as_deref()?.split('-').next()?;
            version.parse::<TraefikVersion>().ok()
        });
        versions.min().map(TraefikVersion::nearest_known)
    }

    /// The elements that a gateway's own file provider has.
    pub fn files(&self) -> Arc<BTreeSet<Key>> {
        let mut files = self.gateways.iter().map(|gateway| &gateway.files);
        let Some(first) = files.next() else {
            return Arc::default();
        };
        // Most have one gateway, or none with such a file.
        let mut all = Arc::clone(first);
        for more in files.filter(|more| !more.is_empty()) {
            Arc::make_mut(&mut all).extend(more.iter().cloned());
        }
        all
    }

    /// The entry points of routers that name none, of all gateways; empty if they are not known.
    pub fn default_entry_points(&self) -> Vec<String> {
        let points = self
            .gateways
            .iter()
            .flat_map(|view| view.entry_points.iter());
        let default = points.filter(|point| point.default);
        let names: BTreeSet<&str> = default.map(|point| point.name.as_str()).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// The TLS that each entry point gives to its routers, where all gateways that have it agree.
    pub fn entry_point_tls(&self) -> Arc<BTreeMap<String, String>> {
        let mut all: BTreeMap<&str, Option<&String>> = BTreeMap::new();
        for point in self
            .gateways
            .iter()
            .flat_map(|view| view.entry_points.iter())
        {
            let tls = point.router_tls.as_ref();
            let known = all.entry(&point.name).or_insert(tls);
            *known = known.filter(|known| Some(*known) == tls);
        }
        let agreed = all.into_iter();
        Arc::new(
            agreed
                .filter_map(|(name, tls)| Some((name.to_owned(), tls?.clone())))
                .collect(),
        )
    }

    /// The port of each entry point of the gateways that read this environment; none if they are
    /// not known. The first gateway that has an entry point decides.
    pub fn entry_point_ports(&self, env: &str) -> Option<BTreeMap<String, u16>> {
        let mut ports = BTreeMap::new();
        for point in self.of(env).flat_map(|gateway| gateway.entry_points.iter()) {
            if let Some(port) = point.port.filter(|_| !point.udp) {
                ports.entry(point.name.clone()).or_insert(port);
            }
        }
        (!ports.is_empty()).then_some(ports)
    }
}

#[cfg(test)]
mod tests;
