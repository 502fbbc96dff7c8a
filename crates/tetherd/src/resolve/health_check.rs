//! Finds the port at which the gateway reaches the port of a service's health check. Traefik connects
//! to it at the server's own address, so it must be published there.

use serde_json::Value;
use tether_proto::Choice;
use traefik_config::{Code, Element, Problem};

use super::service::Service;

/// The path of the port within a service.
const PORT: &str = "/loadBalancer/healthCheck/port";

/// The container's port that the health check of a service uses; none if it is the server's.
pub(super) fn port(element: &Element) -> Option<u16> {
    let port = element.body.pointer(PORT).and_then(Value::as_u64)?;
    u16::try_from(port).ok().filter(|port| *port != 0)
}

/// Completes the choice of a server: where the gateway reaches this port of its container. The
/// problem is that of a port that it does not reach: a check there would ask somebody else.
pub(super) fn complete(choice: &mut Choice, port: u16, service: &Service<'_>) -> Option<Problem> {
    let why = match service.server_address(Some(port)) {
        Ok(found) if found.host.to_string() == choice.address => {
            if found.port != port {
                choice.health_port = Some(found.port);
                let check = format!("; its health check's port {port} as {}", found.port);
                choice.reason.push_str(&check);
            }
            return None;
        }
        Ok(found) => format!(
            "{} service `{}`: port {port} is reached at {}, and the service at {}",
            service.section, service.name, found.host, choice.address
        ),
        Err(error) => error.message().to_owned(),
    };
    choice.health_port = Some(0);
    let message = format!("the health check of {why}; until then the service has none");
    let problem = Problem::warning(Code::HealthCheckPort, message);
    let label = service.label("healthcheck.port");
    let mut labels = service.container.labels.keys();
    Some(match labels.find(|key| key.eq_ignore_ascii_case(&label)) {
        Some(label) => problem.of_label(label.clone()),
        None => problem,
    })
}
