//! One container as the engine keeps it.

use std::collections::BTreeMap;
use std::time::SystemTime;

use tokio::sync::watch;

use crate::app::App;
use crate::network::Endpoint;
use crate::ports::Binding;
use crate::spec::{ContainerSpec, Health, Protocol};

/// What the engine knows of one container.
pub(crate) struct Container {
    pub(crate) id: String,
    /// The spec as given; its `name` is only the first one.
    pub(crate) spec: ContainerSpec,
    pub(crate) name: watch::Sender<String>,
    /// As in `HostConfig.NetworkMode`: another container's name is its id here.
    pub(crate) mode: String,
    pub(crate) status: Status,
    pub(crate) created: SystemTime,
    pub(crate) started: Option<SystemTime>,
    pub(crate) finished: Option<SystemTime>,
    pub(crate) exit_code: i64,
    pub(crate) health: Option<Health>,
    /// It was sent a signal that is to end it.
    pub(crate) signalled: bool,
    pub(crate) bindings: Vec<Binding>,
    /// The bindings of the last run: an ephemeral port must be a new one.
    pub(crate) former: Vec<Binding>,
    /// Its networks, with an endpoint in each while it runs.
    pub(crate) endpoints: BTreeMap<String, Option<Endpoint>>,
    /// The process, until someone starts to end it.
    pub(crate) app: Option<App>,
}

/// A running container as it is at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Its id.
    pub id: String,
    /// Its name, without the slash.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its published ports.
    pub bindings: Vec<Binding>,
    /// The word of its health check, if it has one.
    pub health: Option<Health>,
    /// True if it was sent a signal that is to end it, since its start.
    pub signalled: bool,
}

/// Where a container is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Created,
    Running,
    Paused,
    Exited,
}

impl Container {
    /// Its name of now, without the slash.
    pub(crate) fn name(&self) -> watch::Ref<'_, String> {
        self.name.borrow()
    }

    /// Running, or paused.
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.status, Status::Running | Status::Paused)
    }

    /// What it is now, if it is running and not paused.
    pub(crate) fn running(&self) -> Option<Running> {
        (self.status == Status::Running).then(|| Running {
            id: self.id.clone(),
            name: self.name().clone(),
            labels: self.spec.labels.clone(),
            bindings: self.bindings.clone(),
            health: self.health,
            signalled: self.signalled,
        })
    }

    /// What it exposes, published or not, without doubles.
    pub(crate) fn exposed(&self) -> impl Iterator<Item = (u16, Protocol)> + use<> {
        let published = self.spec.published.iter().map(|p| (p.private, p.protocol));
        let mut all: Vec<_> = self.spec.exposed.iter().copied().chain(published).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
    }
}

impl Status {
    /// As in `State`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Exited => "exited",
        }
    }
}
