//! Settings in, one look at the engines and at the way to each hub out; nobody is told anything.

use futures_util::future::{join, join_all};
use traefik_config::RouteSet;

use crate::address::Link;
use crate::agent::routes;
use crate::connect::try_link;
use crate::docker::{Endpoint, Engine, Survey, nowhere, present, survey};
use crate::local;
use crate::settings::AgentConfig;

/// What one look finds, in the order of the settings.
#[derive(Debug)]
pub(crate) struct Look {
    /// The engines that are there.
    pub(crate) endpoints: Vec<Endpoint>,
    /// What each engine says, or why it cannot be listed.
    pub(crate) surveys: Vec<Result<Survey, String>>,
    /// How each hub is reached, or why it is not.
    pub(crate) links: Vec<Result<Link, String>>,
}

/// Looks once. Every wait in it has its limit.
pub(crate) async fn look(config: &AgentConfig) -> Look {
    let endpoints = present(&config.engines);
    let engines = join_all(endpoints.iter().map(survey));
    let hubs = join_all(config.servers.iter().map(try_link));
    let (surveys, links) = join(engines, hubs).await;
    let words = |error: anyhow::Error| format!("{error:#}");
    Look {
        endpoints,
        surveys: surveys.into_iter().map(|one| one.map_err(words)).collect(),
        links: links.into_iter().map(|one| one.map_err(words)).collect(),
    }
}

/// What an agent with these settings would tell a hub now.
///
/// # Errors
/// If an engine cannot be listed: one line for each, with what to do.
pub async fn route_set(config: &AgentConfig) -> Result<RouteSet, Vec<String>> {
    let look = look(config).await;
    let faults: Vec<String> = look
        .surveys
        .iter()
        .filter_map(|one| one.clone().err())
        .collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    if look.endpoints.is_empty() {
        return Err(vec![nowhere(&config.engines)]);
    }
    Ok(routes(
        config,
        &look.engines(),
        &look.links(),
        &local::read(config),
    ))
}

impl Look {
    /// The engines; one that cannot be listed says why.
    pub(crate) fn engines(&self) -> Vec<Engine> {
        let surveys = self.endpoints.iter().zip(&self.surveys);
        let engines = surveys.map(|(endpoint, survey)| match survey {
            Ok(survey) => survey.engine.clone(),
            Err(fault) => Engine {
                endpoint: endpoint.to_string(),
                fault: Some(fault.clone()),
                ..Engine::default()
            },
        });
        engines.collect()
    }

    /// The connections that an agent would have.
    pub(crate) fn links(&self) -> Vec<Option<Link>> {
        self.links.iter().map(|link| link.clone().ok()).collect()
    }
}
