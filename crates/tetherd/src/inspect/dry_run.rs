//! Asks the engines and tries the connection to each hub once, without registering anything.

use futures_util::future::{join, join_all};
use tether_proto::RouteSet;

use crate::docker::{Engine, Survey, nowhere, present, survey};
use crate::host::Link;
use crate::host::interfaces;
use crate::hub::connect::try_link;
use crate::resolve::route_set::routes;
use crate::settings::AgentConfig;

/// The findings of one probe, in the order of the settings.
#[derive(Debug)]
pub(crate) struct Probe {
    /// Whether there is any engine.
    pub(crate) somewhere: bool,
    /// The answers of each engine, each swarm behind its manager. An engine that cannot be listed
    /// has a fault.
    pub(crate) surveys: Vec<Survey>,
    /// How each hub is reached, or why it is not.
    pub(crate) links: Vec<Result<Link, String>>,
}

/// Looks once. Every wait in it has its limit.
pub(crate) async fn probe(config: &AgentConfig) -> Probe {
    let endpoints = present(&config.engines);
    let engines = join_all(endpoints.iter().map(|one| survey(one, config.swarm)));
    let hubs = join_all(config.servers.iter().map(try_link));
    let (surveys, links) = join(engines, hubs).await;
    let words = |error: anyhow::Error| format!("{error:#}");
    let surveys = endpoints
        .iter()
        .zip(surveys)
        .flat_map(|(endpoint, surveys)| {
            surveys.unwrap_or_else(|error| {
                vec![Survey {
                    engine: Engine {
                        fault: Some(words(error)),
                        ..Engine::at(endpoint)
                    },
                    idle: Vec::new(),
                }]
            })
        });
    Probe {
        somewhere: !endpoints.is_empty(),
        surveys: surveys.collect(),
        links: links.into_iter().map(|one| one.map_err(words)).collect(),
    }
}

/// The route set that an agent with these settings would send to a hub now.
///
/// # Errors
/// If an engine cannot be listed: one line for each, with what to do.
pub async fn route_set(config: &AgentConfig) -> Result<RouteSet, Vec<String>> {
    let probe = probe(config).await;
    let surveys = probe.surveys.iter();
    let faults = surveys.filter_map(|survey| survey.engine.fault.clone());
    let faults: Vec<String> = faults.collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    if !probe.somewhere {
        return Err(vec![nowhere(&config.engines)]);
    }
    Ok(routes(
        config,
        &probe.engines(),
        &probe.links(),
        &interfaces::read(config.needs_interfaces()),
    ))
}

impl Probe {
    /// The engines, each swarm behind its manager.
    pub(crate) fn engines(&self) -> Vec<Engine> {
        let surveys = self.surveys.iter();
        surveys.map(|survey| survey.engine.clone()).collect()
    }

    /// The connections that an agent would have.
    pub(crate) fn links(&self) -> Vec<Option<Link>> {
        self.links.iter().map(|link| link.clone().ok()).collect()
    }
}
