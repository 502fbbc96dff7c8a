//! Connects containers to networks and disconnects them.

use anyhow::bail;

use super::{Key, State};
use crate::network::Network;

impl State {
    pub(crate) fn connect(&mut self, key: Key, network: &str) -> anyhow::Result<()> {
        self.add_network(network, "bridge");
        let container = self.get_mut(key)?;
        if container.endpoints.contains_key(network) {
            bail!(
                "container {} is in network {network} already",
                *container.name()
            );
        }
        container.endpoints.insert(network.to_owned(), None);
        if self.get(key)?.is_up() {
            self.set_attached(key, network, true);
        }
        Ok(())
    }

    pub(crate) fn disconnect(&mut self, key: Key, network: &str) -> anyhow::Result<()> {
        let container = self.get(key)?;
        if !container.endpoints.contains_key(network) {
            bail!(
                "container {} is not in network {network}",
                *container.name()
            );
        }
        if container.is_up() {
            self.set_attached(key, network, false);
        }
        self.get_mut(key)?.endpoints.remove(network);
        Ok(())
    }

    /// [`State::set_attached`] for all of its networks.
    pub(super) fn set_all_attached(&mut self, key: Key, attached: bool) {
        let Some(container) = self.containers.get(&key) else {
            return;
        };
        let networks: Vec<String> = container.endpoints.keys().cloned().collect();
        for network in networks {
            self.set_attached(key, &network, attached);
        }
    }

    /// Gives the container an endpoint in the network, or takes it away.
    fn set_attached(&mut self, key: Key, network: &str, attached: bool) {
        let Some(network) = self.networks.iter_mut().find(|n| n.name == network) else {
            return;
        };
        let Some(container) = self.containers.get_mut(&key) else {
            return;
        };
        let endpoint = attached.then(|| network.endpoint(&container.id));
        container.endpoints.insert(network.name.clone(), endpoint);
        let attributes = [
            ("container", container.id.as_str()),
            ("name", &network.name),
            ("type", network.driver),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
        let action = if attached { "connect" } else { "disconnect" };
        self.events
            .emit("network", action.into(), &network.id, attributes.into());
    }

    /// Creates the network if it does not exist.
    pub(super) fn add_network(&mut self, name: &str, driver: &'static str) {
        if self.networks.iter().any(|network| network.name == name) {
            return;
        }
        let network = Network::new(&self.name, name, driver, self.networks.len());
        self.networks.push(network);
    }
}
