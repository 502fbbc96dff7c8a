//! The codes of problems.

use serde::{Deserialize, Serialize};

/// The kind of a problem. [`Code::meaning`] and [`Code::remedy`] are the
/// text of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A label's value does not have the form that its field takes: a number that is none, for
    /// example.
    BadValue,
    /// A label names a field that Traefik does not have.
    UnknownField,
    /// Traefik supports this label, but tether does not yet.
    NotReadYet,
    /// Traefik ignores this label, or reads it without any effect.
    NoEffect,
    /// A name or a value contains a character that Traefik does not accept.
    BadCharacter,
    /// A router has no rule, and no default rule can be made for it.
    NoRule,
    /// A router's rule is not valid, or matches no request. The router is passed on to Traefik,
    /// which shows it as well.
    BadRule,
    /// A value of a middleware with which Traefik cannot build it, or that cannot be what was meant.
    /// It is passed on to Traefik.
    BadMiddleware,
    /// A router names no service, and its container does not define exactly one.
    NotLinked,
    /// A container's health check does not pass, so its services have no server of this container.
    NotHealthy,
    /// The port that a label names is not published on the host.
    UnpublishedPort,
    /// No label names a port, and the published ports leave open which one is meant.
    NoPort,
    /// The port is published on an address that the gateway cannot reach, such as 127.0.0.1.
    UnreachableBinding,
    /// The port of a service's health check cannot be used, so the service has no health check.
    HealthCheckPort,
    /// The agent found no address of its host at which the gateway could reach it.
    NoAddress,
    /// Two containers of one engine, or two files of the hub, define one name differently. The
    /// first in precedence is served.
    Conflict,
    /// Two routers match the same requests, or use different TLS options for the same host name.
    /// The first in precedence is served.
    RouterConflict,
    /// A router gets the requests that another host's router asks for as well.
    TakesPrecedence,
    /// Two hosts use one name for different things, so one of them is served under another name.
    Renamed,
    /// An element refers to a middleware, service or other element that nothing defines.
    UnresolvedReference,
    /// A label refers to a service inside Traefik, such as `api@internal`, and its agent may not.
    InternalService,
    /// A service is used where Traefik needs its health check, and has none.
    NoHealthCheck,
    /// Elements refer to each other in a cycle.
    ReferenceCycle,
    /// Traefik would not accept this element.
    Invalid,
    /// An element uses a field that the Traefik in use does not have yet.
    NeedsNewerTraefik,
    /// Traefik does not use an element, or not all of it. This is what Traefik's own API says.
    TraefikRefuses,
    /// A Traefik has not applied an element for longer than usual. This is what its own API says.
    NotApplied,
    /// The API of a Traefik does not answer as it should, or this Traefik has not applied the
    /// newest configuration.
    TraefikApi,
    /// A server does not answer the hub. It stays in the configuration: only Traefik decides about
    /// requests.
    ServerUnreachable,
    /// The hub cannot read its local file, or cannot parse it. The last good content stays in
    /// place.
    LocalFile,
    /// An engine describes a container in a form that the agent cannot decode.
    Unreadable,
    /// An agent cannot list an engine's containers. What it last knew of the engine stays in place.
    EngineUnreachable,
    /// An agent that was connected before the hub was restarted has not come back, so its routes
    /// are gone.
    AgentMissing,
    /// The connection to an agent is lost. Its routes stay until its lease is over.
    AgentHeld,
    /// Two processes connect with the same agent name, and one of them is rejected.
    DuplicateAgent,
    /// Two connected agents have one engine.
    SharedEngine,
    /// A code that this version does not know, from a newer agent or hub.
    #[serde(other)]
    Unknown,
}

impl Code {
    /// All codes that this version reports, in the order of the book.
    pub const ALL: [Self; 36] = [
        Self::BadValue,
        Self::UnknownField,
        Self::NotReadYet,
        Self::NoEffect,
        Self::BadCharacter,
        Self::NoRule,
        Self::BadRule,
        Self::BadMiddleware,
        Self::NotLinked,
        Self::NotHealthy,
        Self::UnpublishedPort,
        Self::NoPort,
        Self::UnreachableBinding,
        Self::HealthCheckPort,
        Self::NoAddress,
        Self::Conflict,
        Self::RouterConflict,
        Self::TakesPrecedence,
        Self::Renamed,
        Self::UnresolvedReference,
        Self::InternalService,
        Self::NoHealthCheck,
        Self::ReferenceCycle,
        Self::Invalid,
        Self::NeedsNewerTraefik,
        Self::TraefikRefuses,
        Self::NotApplied,
        Self::TraefikApi,
        Self::ServerUnreachable,
        Self::LocalFile,
        Self::Unreadable,
        Self::EngineUnreachable,
        Self::AgentMissing,
        Self::AgentHeld,
        Self::DuplicateAgent,
        Self::SharedEngine,
    ];
}
