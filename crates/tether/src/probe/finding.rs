//! The results of attempts, and what people read about them.

use std::fmt::Display;

/// What a server should speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// HTTP without TLS.
    Http,
    /// HTTP over TLS.
    Https,
    /// Anything over TCP.
    Tcp,
    /// Anything over TLS.
    Tls,
}

/// What the hub knows of one server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reachability {
    /// Nothing yet: it is new, and may still be starting.
    #[default]
    Waiting,
    /// It answers.
    Answers,
    /// It did not answer twice in a row.
    Fails(Failure),
    /// The hub does not try it.
    NotTried(NotTried),
}

/// The result of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// The server answers.
    Answers,
    /// It does not.
    Fails(Failure),
    /// The hub may not connect to any address of its name.
    NotTried(NotTried),
    /// The attempt could not be made for reasons of the hub's own, such as too many open files.
    Unknown,
}

/// How much of an attempt the server notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// It ends before the program on the other side sees a connection.
    Knock,
    /// It opens a connection, and shakes hands where the server should speak TLS.
    Full,
}

/// The reason why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The connection was refused.
    Refused,
    /// Nothing came back.
    Silent,
    /// The connection was accepted and closed at once.
    Closed,
    /// The connection was accepted, but the TLS handshake did not end.
    NoHandshake,
    /// There is no route to the host.
    NoRoute,
    /// The name of the host cannot be resolved.
    NameNotFound,
    /// The server speaks TLS, which it should not.
    SpeaksTls,
    /// The server does not speak TLS, which it should.
    SpeaksNoTls,
    /// The server speaks first, so it is not an HTTP server.
    SpeaksFirst,
}

/// The reason why the hub does not try a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTried {
    /// A link-local address, such as that of a cloud's metadata.
    LinkLocal,
    /// Another address of a cloud's metadata.
    Metadata,
    /// A loopback address while the hub has another loopback than the gateway.
    Loopback,
    /// Not the address of one host.
    NoHost,
    /// An address that the hub cannot parse.
    Unreadable,
    /// UDP has no connections.
    Unsupported,
}

impl Failure {
    /// The cause and the remedy, for a server that is written like this.
    pub fn message(self, server: &dyn Display) -> String {
        match self {
            Self::Refused => format!(
                "`{server}` refuses connections from the hub: is the program listening on \
                 0.0.0.0 in its container, and at this port?"
            ),
            Self::Silent => format!(
                "`{server}` does not answer the hub within 3 s: is the host up, and does a \
                 firewall let the gateway through to this port?"
            ),
            Self::Closed => format!(
                "`{server}` closes connections from the hub at once: is the program listening on \
                 0.0.0.0 in its container, and at the port that the label or `ports:` names?"
            ),
            Self::NoHandshake => format!(
                "`{server}` accepts connections from the hub, but does not complete a TLS \
                 handshake: does it speak TLS, and is the program listening on 0.0.0.0 in its \
                 container?"
            ),
            Self::NoRoute => format!(
                "the hub has no route to `{server}`: if the gateway has none either, set \
                 `--host-ip` on the agent to an address that the gateway reaches"
            ),
            Self::NameNotFound => format!(
                "the hub cannot resolve the name in `{server}`: if the gateway cannot either, \
                 write an IP address, or a name that is in the DNS"
            ),
            Self::SpeaksTls => format!(
                "`{server}` speaks TLS, so it answers plain HTTP with an error: set the label \
                 `….loadbalancer.server.scheme=https`"
            ),
            Self::SpeaksNoTls => format!(
                "`{server}` does not speak TLS: remove the label `….loadbalancer.server.scheme` \
                 or `….loadbalancer.server.tls`, or correct the port"
            ),
            Self::SpeaksFirst => format!(
                "`{server}` is not an HTTP server, since it speaks first: correct the port, or \
                 write `traefik.tcp` labels instead of `traefik.http`"
            ),
        }
    }
}

impl NotTried {
    /// The reason in words.
    pub fn message(self) -> &'static str {
        match self {
            Self::LinkLocal => "not tried: link-local addresses are never tried",
            Self::Metadata => "not tried: it is the address of a cloud's metadata",
            Self::Loopback => "not tried: the hub has another loopback interface than the gateway",
            Self::NoHost => "not tried: it is not the address of one host",
            Self::Unreadable => "not tried: the address cannot be parsed",
            Self::Unsupported => "not tried: UDP servers need not answer",
        }
    }
}
