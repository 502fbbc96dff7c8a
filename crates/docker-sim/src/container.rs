//! Describes one container as the engine keeps it.

use std::collections::BTreeMap;
use std::time::SystemTime;

use tokio::sync::watch;

use crate::app::App;
use crate::network::Endpoint;
use crate::ports::Binding;
use crate::spec::{ContainerSpec, Health, Protocol};

/// The engine's record of one container.
pub(crate) struct Container {
    pub(crate) id: String,
    /// The spec as given; its `name` is the container's first name.
    pub(crate) spec: ContainerSpec,
    pub(crate) name: watch::Sender<String>,
    /// As in `HostConfig.NetworkMode`: another container is named by its id.
    pub(crate) mode: String,
    pub(crate) status: Status,
    pub(crate) created: SystemTime,
    pub(crate) started: Option<SystemTime>,
    pub(crate) finished: Option<SystemTime>,
    pub(crate) exit_code: i64,
    pub(crate) health: Option<Health>,
    /// True if it got a signal that ends containers since its start.
    pub(crate) signalled: bool,
    pub(crate) bindings: Vec<Binding>,
    /// The bindings of the previous run; an ephemeral port must not be one of them again.
    pub(crate) previous_bindings: Vec<Binding>,
    /// Its networks, each with an endpoint while the container runs.
    pub(crate) endpoints: BTreeMap<String, Option<Endpoint>>,
    /// The process; none while a call is ending it.
    pub(crate) app: Option<App>,
}

/// The state of a running container at one moment.
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
    /// The result of its health check, if it has one.
    pub health: Option<Health>,
    /// True if it got a signal that ends containers since its start.
    pub signalled: bool,
}

/// The state of a container's lifecycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Created,
    Running,
    Paused,
    Exited,
}

impl Container {
    /// Its current name, without the slash.
    pub(crate) fn name(&self) -> watch::Ref<'_, String> {
        self.name.borrow()
    }

    /// True if it is running or paused.
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.status, Status::Running | Status::Paused)
    }

    /// Its current state, if it is running and not paused.
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

    /// Its exposed ports, published or not, without duplicates.
    pub(crate) fn exposed(&self) -> impl Iterator<Item = (u16, Protocol)> + use<> {
        let published = self.spec.published.iter().map(|p| (p.private, p.protocol));
        let mut all: Vec<_> = self.spec.exposed.iter().copied().chain(published).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
    }
}

impl Status {
    /// The name in Docker's field `State`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Exited => "exited",
        }
    }
}
