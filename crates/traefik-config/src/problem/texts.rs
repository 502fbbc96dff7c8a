//! What people read about each problem code: its name, what it means and what to do about it.

use super::code::Code;

impl Code {
    /// The code as it is sent and shown: `bad_value`.
    pub fn name(self) -> &'static str {
        TEXTS[self as usize].1
    }

    /// The meaning, in one or two sentences.
    pub fn meaning(self) -> &'static str {
        TEXTS[self as usize].2
    }

    /// The remedy, in one or two sentences.
    pub fn remedy(self) -> &'static str {
        TEXTS[self as usize].3
    }
}

/// Name, meaning and remedy of each code, in the order of [`Code`].
const TEXTS: [(Code, &str, &str, &str); 37] = [
    (
        Code::BadValue,
        "bad_value",
        "A label's value does not have the form that its field takes: a number that is none, for \
         example.",
        "Correct the value; the message says which form the field takes. The container is left \
         out until then.",
    ),
    (
        Code::UnknownField,
        "unknown_field",
        "A label names a field that Traefik does not have.",
        "Correct the spelling; the message names the nearest field. The container is left out \
         until then.",
    ),
    (
        Code::NotReadYet,
        "not_read_yet",
        "Traefik supports this label, but tether does not yet.",
        "Remove the label, or do without its effect.",
    ),
    (
        Code::NoEffect,
        "no_effect",
        "Traefik ignores this label, or reads it without any effect.",
        "Correct it if it is misspelled or meant for another kind of container; otherwise remove \
         it.",
    ),
    (
        Code::BadCharacter,
        "bad_character",
        "A name or a value contains a character that Traefik does not accept.",
        "Remove the character; the message says which one and where.",
    ),
    (
        Code::NoRule,
        "no_rule",
        "A router has no rule, and no default rule can be made for it.",
        "Give the router a `rule` label, or correct `--default-rule`.",
    ),
    (
        Code::BadRule,
        "bad_rule",
        "A router's rule is not valid, or matches no request. The router is passed on to Traefik, \
         which shows it as well.",
        "Correct the rule; the message says at which place it is wrong.",
    ),
    (
        Code::BadMiddleware,
        "bad_middleware",
        "Traefik cannot build a middleware with this value, and disables every router that uses it; \
         or the value cannot be what was meant. The middleware is passed on to Traefik.",
        "Correct the value; the message says what is wrong with it.",
    ),
    (
        Code::NotLinked,
        "not_linked",
        "A router names no service, and its container does not define exactly one.",
        "Add a `service` label to the router.",
    ),
    (
        Code::NotHealthy,
        "not_healthy",
        "A container's health check does not pass, so its services have no server of this \
         container.",
        "Find out why the health check fails: `docker inspect` shows its output. The server \
         returns when the check passes.",
    ),
    (
        Code::UnpublishedPort,
        "unpublished_port",
        "The port that a label names is not published on the host.",
        "Publish the port (`ports:` in a compose file), or correct the label.",
    ),
    (
        Code::NoPort,
        "no_port",
        "No label names a port, and the published ports leave open which one is meant.",
        "Publish a port, or name one with the label `…loadbalancer.server.port`.",
    ),
    (
        Code::UnreachableBinding,
        "unreachable_binding",
        "The port is published on an address that the gateway cannot reach, such as 127.0.0.1.",
        "Publish the port on all addresses. If the gateway runs on the same host, set \
         `--allow-loopback` on the agent.",
    ),
    (
        Code::HealthCheckPort,
        "health_check_port",
        "The port of a service's health check is not published, or the service's hosts publish it \
         as different ports. Traefik checks all servers at one port, so the service has no health \
         check: the port might be somebody else's.",
        "Publish the port, as the same one on each host, or remove the label \
         `…loadbalancer.healthcheck.port` to check the port of the service.",
    ),
    (
        Code::NoAddress,
        "no_address",
        "The agent found no address of its host at which the gateway could reach it.",
        "Set `--host-ip` on the agent, or correct `--interface` or `--cidr`.",
    ),
    (
        Code::Conflict,
        "conflict",
        "Two containers of one engine, or two files of the hub, define one name differently. The \
         first in precedence is served.",
        "Rename one of them, or make both definitions equal.",
    ),
    (
        Code::RouterConflict,
        "router_conflict",
        "Two routers match the same requests, or use different TLS options for the same host \
         name. The first in precedence is served.",
        "Change the rule, the priority or the entry points of one of them, or remove it.",
    ),
    (
        Code::TakesPrecedence,
        "takes_precedence",
        "A router gets the requests that another host's router asks for as well. The other one has \
         the problem `router_conflict`.",
        "Nothing, if that is meant. If the service has moved to this host, stop it on the other one.",
    ),
    (
        Code::Renamed,
        "renamed",
        "Two hosts use one name for different things, so one of them is served under another name.",
        "Nothing has to be done. Rename one of them if references from other files must be \
         unambiguous.",
    ),
    (
        Code::UnresolvedReference,
        "unresolved_reference",
        "An element refers to a middleware, service or other element that nothing defines.",
        "Correct the reference, or define the element on the same engine or in the local file. \
         Elements of another host are `NAME@AGENT`; `NAME@http` is what all hosts define alike.",
    ),
    (
        Code::InternalService,
        "internal_service",
        "A label refers to a service inside Traefik, such as `api@internal`. That would publish the \
         gateway's own API, with all routes and password hashes, and is not this host's to decide.",
        "Put the router into the hub's local file, or start the hub with `--allow-internal` and the \
         agent's name. `noop@internal` may be used by everyone.",
    ),
    (
        Code::NoHealthCheck,
        "no_health_check",
        "A service is used where Traefik needs to know its health, and has no health check. Traefik \
         disables every router that needs it.",
        "Give the service that the message names a health check \
         (`…loadbalancer.healthcheck.path`), or remove the one of the service that uses it.",
    ),
    (
        Code::ReferenceCycle,
        "reference_cycle",
        "Elements refer to each other in a cycle.",
        "Remove one of the references; the message lists the cycle.",
    ),
    (
        Code::Invalid,
        "invalid",
        "Traefik would not accept this element.",
        "Correct the element; the message says which field is wrong, and why.",
    ),
    (
        Code::NeedsNewerTraefik,
        "needs_newer_traefik",
        "An element uses a field that the Traefik in use does not have yet.",
        "Upgrade Traefik and set `--traefik-version` on the hub, or remove the field.",
    ),
    (
        Code::TraefikRefuses,
        "traefik_refuses",
        "Traefik does not use an element, or not all of it. This is what Traefik's own API says.",
        "Correct what the message quotes from Traefik. If gateways differ, it names those that \
         refuse the element; an entry point may be missing there.",
    ),
    (
        Code::NotApplied,
        "not_applied",
        "A Traefik has not applied an element for longer than usual. This is what its own API \
         says.",
        "See Traefik's log: it may reject the whole configuration, or read another hub.",
    ),
    (
        Code::TraefikApi,
        "traefik_api",
        "The API of a Traefik does not answer as it should, or this Traefik has not applied the \
         newest configuration.",
        "Correct `--traefik-api` or the credentials, or find the reason in Traefik's log; the \
         message says which. Routes are served as they would be without the API.",
    ),
    (
        Code::ServerUnreachable,
        "server_unreachable",
        "A server does not answer the hub. It stays in the configuration: only Traefik decides \
         about requests.",
        "The message says what to check. If the gateway reaches the server and the hub does not, \
         allow it, or set `--no-probe`.",
    ),
    (
        Code::LocalFile,
        "local_file",
        "The hub cannot read its local file, or cannot parse it. The last good content stays in \
         place.",
        "Correct the file; `tether check` shows all its errors.",
    ),
    (
        Code::Unreadable,
        "unreadable",
        "An engine describes a container in a form that the agent cannot decode.",
        "Upgrade tetherd. If that does not help, report it with the message.",
    ),
    (
        Code::EngineUnreachable,
        "engine_unreachable",
        "An agent cannot list an engine's containers. What it last knew of the engine stays in \
         place.",
        "Read the agent's log: it says why the engine does not answer. Check the socket, its \
         permissions and the engine.",
    ),
    (
        Code::AgentMissing,
        "agent_missing",
        "An agent that was connected before the hub was restarted has not come back, so its \
         routes are gone.",
        "Start the agent. If its host is gone for good, forget it in the dashboard.",
    ),
    (
        Code::AgentHeld,
        "agent_held",
        "The connection to an agent is lost. Its routes stay until its lease is over.",
        "Check that the host is up, that tetherd runs there and that it can reach the hub. If the \
         host is gone for good, drain the agent.",
    ),
    (
        Code::DuplicateAgent,
        "duplicate_agent",
        "Two processes connect with the same agent name, and one of them is rejected.",
        "Give one of the hosts another `TETHERD_NAME`, or stop the second process.",
    ),
    (
        Code::SharedEngine,
        "shared_engine",
        "Two connected agents of one environment have an engine with the same id: two agents run on \
         one host, or one machine is a copy of the other. Both are served.",
        "Stop one of them if they are on one host. On a copied machine remove \
         `/var/lib/docker/engine-id` and restart Docker, which then makes a new id.",
    ),
    (
        Code::Unknown,
        "unknown",
        "The other side is newer and reports a code that this version does not know.",
        "Read the message, and upgrade this program.",
    ),
];

#[cfg(test)]
mod tests;
