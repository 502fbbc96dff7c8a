//! What a router has met in, what of it is told out.

/// What two routers cannot both have.
#[derive(Clone, Copy)]
pub(super) enum Dispute<'a> {
    /// The same requests.
    Requests,
    /// The TLS options of this host name.
    Options(&'a str),
}

/// That a router met another.
pub(super) struct Loss<'a> {
    pub(super) to: usize,
    pub(super) over: Dispute<'a>,
    /// Whether it has to give way.
    pub(super) taken: bool,
}

/// What a router has met. Of its own engine one rival of each kind is enough to be told of.
#[derive(Default)]
pub(super) struct Losses<'a>(pub(super) Vec<Loss<'a>>);

impl<'a> Losses<'a> {
    pub(super) fn add(&mut self, loss: Option<Loss<'a>>) {
        let Some(loss) = loss else { return };
        let is_alike = |told: &Loss<'_>| {
            !told.taken && std::mem::discriminant(&told.over) == std::mem::discriminant(&loss.over)
        };
        if loss.taken || !self.0.iter().any(is_alike) {
            self.0.push(loss);
        }
    }
}

/// What is left to a router.
pub(super) enum Kept<'a> {
    All,
    Only(&'a [String]),
    Nothing,
}
