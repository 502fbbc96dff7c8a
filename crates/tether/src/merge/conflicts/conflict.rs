//! Conflicts of one router with others, and what is left of it.

/// The things that two routers cannot both have.
#[derive(Clone, Copy)]
pub(super) enum Cause<'a> {
    /// The same requests.
    Requests,
    /// Different TLS options for this host name.
    TlsOptions(&'a str),
}

impl Cause<'_> {
    fn is_like(self, other: Cause<'_>) -> bool {
        matches!(
            (self, other),
            (Self::Requests, Cause::Requests) | (Self::TlsOptions(_), Cause::TlsOptions(_))
        )
    }
}

/// A conflict with a router of higher precedence.
pub(super) struct Conflict<'a> {
    /// The other router.
    pub(super) winner: usize,
    pub(super) cause: Cause<'a>,
    /// Whether this router has to give way. Within one engine both stay.
    pub(super) gives_way: bool,
}

/// The conflicts to report. Within one engine one of each cause is enough.
#[derive(Default)]
pub(super) struct Conflicts<'a>(pub(super) Vec<Conflict<'a>>);

impl<'a> Conflicts<'a> {
    pub(super) fn add(&mut self, conflict: Option<Conflict<'a>>) {
        let Some(conflict) = conflict else { return };
        let is_reported =
            |known: &Conflict<'_>| !known.gives_way && known.cause.is_like(conflict.cause);
        if conflict.gives_way || !self.0.iter().any(is_reported) {
            self.0.push(conflict);
        }
    }
}

/// The remains of a router.
pub(super) enum Outcome<'a> {
    /// Everything.
    Kept,
    /// These entry points.
    Reduced(&'a [String]),
    /// Nothing.
    Dropped,
}
