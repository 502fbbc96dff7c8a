//! Adds what Podman's lists leave out: the container whose network is used, published port ranges,
//! and health.
//!
//! None of the first two changes in a container's life, so each is inspected once. Where a proxy
//! forbids that, nothing else is lost.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::{StreamExt, stream};
use tracing::debug;

use super::answer::{Inspect, List};
use super::error::ApiError;
use super::transport::Transport;
use super::{query, read};
use crate::docker::model::container::{Container, Health, NetworkMode, Port};

/// The number of containers that are inspected at once.
const INSPECTS: usize = 8;

/// The inspected containers, kept as long as one subscription lasts.
#[derive(Debug, Default)]
pub(crate) struct Podman(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    details: BTreeMap<String, Detail>,
    /// Somebody forbids to inspect: nobody is asked again.
    forbidden: bool,
}

#[derive(Debug, Clone, Default)]
struct Detail {
    network: NetworkMode,
    ports: Vec<Port>,
    has_health_check: bool,
}

impl Podman {
    /// Adds what the list of running containers does not say.
    pub(crate) async fn complete(
        &self,
        transport: &Transport,
        containers: &mut [Container],
    ) -> Result<(), ApiError> {
        self.inspect(transport, containers).await?;
        let asks_health = {
            let known = self.known();
            for container in &mut *containers {
                let detail = known.details.get(&container.id);
                // Ports of another container's network end with that one.
                let own = |detail: &&Detail| !matches!(detail.network, NetworkMode::Container(_));
                if let Some(detail) = detail.filter(own) {
                    container.ports.extend(&detail.ports);
                    container.ports.sort_unstable();
                    container.ports.dedup();
                }
            }
            let networks: Vec<NetworkMode> = containers
                .iter()
                .map(|container| network(container, &known, containers))
                .collect();
            for (container, network) in containers.iter_mut().zip(networks) {
                container.network = network;
            }
            known.forbidden || known.details.values().any(|detail| detail.has_health_check)
        };
        if asks_health {
            for (name, health) in [
                ("starting", Health::Starting),
                ("unhealthy", Health::Unhealthy),
            ] {
                self.health(transport, containers, name, health).await?;
            }
        }
        Ok(())
    }

    async fn inspect(
        &self,
        transport: &Transport,
        containers: &[Container],
    ) -> Result<(), ApiError> {
        let new: Vec<String> = {
            let mut known = self.known();
            let listed = |id: &str| containers.iter().any(|container| container.id == id);
            known.details.retain(|id, _| listed(id));
            let new = containers.iter().map(|container| container.id.clone());
            let new = new.filter(|id| !known.forbidden && !known.details.contains_key(id));
            new.collect()
        };
        let mut answers = stream::iter(new)
            .map(|id| async move {
                let answer = transport.get(&query::inspect(&id)).await;
                (id, answer)
            })
            .buffer_unordered(INSPECTS);
        while let Some((id, answer)) = answers.next().await {
            match answer {
                Ok(answer) => {
                    self.known().details.insert(id, detail(answer));
                }
                // It ended in this moment: the next list does without it.
                Err(ApiError::Refused(404, _)) => {}
                Err(ApiError::Refused(..)) => {
                    debug!("containers cannot be inspected: host networking is not seen");
                    self.known().forbidden = true;
                    return Ok(());
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Marks the containers of which this engine says that they are in this state of health.
    async fn health(
        &self,
        transport: &Transport,
        containers: &mut [Container],
        name: &str,
        health: Health,
    ) -> Result<(), ApiError> {
        let query = query::running_containers_of_health(name);
        let list: List = match transport.get(&query).await {
            // One that does not know the question has no answer to it.
            Err(ApiError::Refused(..)) => return Ok(()),
            list => list?,
        };
        for ill in read::containers(&list) {
            let found = containers.binary_search_by(|container| container.id.cmp(&ill.id));
            if let Some(container) = found.ok().and_then(|place| containers.get_mut(place)) {
                container.health = health;
            }
        }
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn network(container: &Container, known: &Known, containers: &[Container]) -> NetworkMode {
    let detail = known.details.get(&container.id);
    match detail.map(|detail| &detail.network) {
        // Its own entry has the ports of the other, which may be one that no list shows.
        Some(NetworkMode::Container(other))
            if !containers.iter().any(|one| one.is_named(other)) =>
        {
            NetworkMode::Own
        }
        Some(network) => network.clone(),
        None => NetworkMode::Own,
    }
}

fn detail(answer: Inspect) -> Detail {
    let bindings = answer.network_settings.and_then(|settings| settings.ports);
    let ports = bindings
        .unwrap_or_default()
        .into_iter()
        .flat_map(|(port, bindings)| {
            let (private, protocol) = match port.split_once('/') {
                Some((private, protocol)) => (private.parse().ok(), read::protocol(protocol)),
                None => (port.parse().ok(), read::protocol("")),
            };
            let bindings = bindings.unwrap_or_default().into_iter();
            bindings.filter_map(move |binding| {
                Some(Port {
                    private: private?,
                    protocol,
                    public: Some(binding.host_port?.parse().ok()?),
                    ip: binding.host_ip.and_then(|ip| ip.parse::<IpAddr>().ok()),
                })
            })
        });
    let config = answer.config.unwrap_or_default();
    let mode = answer.host_config.and_then(|config| config.network_mode);
    Detail {
        network: read::network(mode.as_deref().unwrap_or_default()),
        ports: ports.collect(),
        has_health_check: config.healthcheck.is_some_and(|check| !check.is_null()),
    }
}
