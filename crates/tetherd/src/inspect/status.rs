//! Collects the status of a running agent for those who ask on this host.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::docker::{Engine, Idle, idle, present};
use crate::host::Links;
use crate::host::interfaces;
use crate::hub::status::HubStatus;
use crate::inspect::explain::{Explanation, Known, VerdictView, make};
use crate::inspect::health::{Health, judge};
use crate::settings::AgentConfig;

/// The limit for listing stopped containers, which are only shown for completeness.
const IDLE_LIMIT: Duration = Duration::from_secs(5);

/// All that a running agent knows.
#[derive(Debug)]
pub(crate) struct AgentStatus {
    /// Its settings.
    pub(crate) config: Arc<AgentConfig>,
    /// Its name, once it is known.
    pub(crate) name: OnceLock<String>,
    /// Its engines.
    pub(crate) engines: watch::Receiver<Vec<Engine>>,
    /// Its connections.
    pub(crate) links: watch::Receiver<Links>,
    /// Its hubs, in the order of the settings.
    pub(crate) hubs: Vec<HubStatus>,
}

impl AgentStatus {
    /// Whether the agent does its work.
    pub(crate) fn health(&self) -> Health {
        let known = self.engines.borrow().clone();
        let hubs = self.hubs.iter().map(|hub| (hub.view(), hub.is_taken()));
        let (healthy, line) = judge(&known, &hubs.collect::<Vec<_>>());
        Health {
            agent: self.name(),
            engines: self.endpoints(),
            healthy,
            line,
        }
    }

    /// Explains what becomes of each container.
    pub(crate) async fn explain(&self) -> Explanation {
        let engines = self.engines.borrow().clone();
        let present = present(&self.config.engines);
        let idle = engines.iter().map(|engine| {
            let mut present = present.iter();
            let endpoint = present.find(|endpoint| endpoint.to_string() == engine.asked_endpoint());
            async move {
                let idle = timeout(IDLE_LIMIT, idle(endpoint?, engine)).await;
                idle.ok()?.ok()
            }
        });
        let idle = join_all(idle).await.into_iter();
        let idle: Vec<Vec<Idle>> = idle.map(Option::unwrap_or_default).collect();
        let verdicts = self.hubs.iter().flat_map(|hub| {
            let url = hub.view().url;
            hub.verdicts().into_iter().filter_map(move |verdict| {
                let said = VerdictView {
                    hub: url.clone(),
                    element: verdict.element,
                    code: verdict.code,
                    severity: verdict.severity,
                    message: verdict.message,
                };
                Some((verdict.container?, said))
            })
        });
        let links = self.links.borrow().clone();
        make(Known {
            config: &self.config,
            running: true,
            name: self.name(),
            engines: &engines,
            idle: &idle,
            links: &links,
            local: &interfaces::read(self.config.needs_interfaces()),
            hubs: self.hubs.iter().map(HubStatus::view).collect(),
            verdicts: verdicts.collect(),
        })
    }

    fn name(&self) -> Option<String> {
        self.config
            .name
            .clone()
            .or_else(|| self.name.get().cloned())
    }

    fn endpoints(&self) -> Vec<String> {
        let engines = self.config.engines.iter();
        engines.map(ToString::to_string).collect()
    }
}
