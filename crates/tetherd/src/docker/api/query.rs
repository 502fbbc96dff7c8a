//! Builds the paths and queries of requests to an engine.

use serde_json::{Value, json};

/// The events after which a list of containers may differ. Podman before version 6 writes `die`
/// but filters by `died`.
const CONTAINER_EVENTS: [&str; 13] = [
    "start",
    "die",
    "died",
    "kill",
    "stop",
    "health_status",
    "rename",
    "pause",
    "unpause",
    "destroy",
    "update",
    "connect",
    "disconnect",
];

/// Lists all containers.
pub(crate) const ALL_CONTAINERS: &str = "/containers/json?all=true";

/// Lists the running containers.
pub(crate) fn running_containers() -> String {
    containers(&json!({ "status": ["running"] }))
}

/// Lists the running containers with this health status.
pub(crate) fn running_containers_of_health(status: &str) -> String {
    containers(&json!({ "status": ["running"], "health": [status] }))
}

/// Inspects a container.
pub(crate) fn inspect(id: &str) -> String {
    format!("/containers/{id}/json")
}

/// Subscribes to the events that change a list of containers.
pub(crate) fn container_events() -> String {
    events(&["container", "network"], &CONTAINER_EVENTS)
}

/// Subscribes to these events of objects of these types.
pub(crate) fn events(types: &[&str], events: &[&str]) -> String {
    let filters = filters(&json!({ "type": types, "event": events }));
    format!("/events?{filters}")
}

/// Lists the tasks of a swarm that are to run.
pub(crate) fn wanted_tasks() -> String {
    let filters = filters(&json!({ "desired-state": ["running"] }));
    format!("/tasks?{filters}")
}

fn containers(wanted: &Value) -> String {
    format!("/containers/json?{}", filters(wanted))
}

fn filters(wanted: &Value) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("filters", &wanted.to_string())
        .finish()
}
