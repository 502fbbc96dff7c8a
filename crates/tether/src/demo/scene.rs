//! The events on the simulated hosts: containers that start, stop, move and misbehave.

use std::time::Duration;

use docker_sim::{ContainerSpec, Engine, Publish};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

/// The time between two events.
const STEP: Duration = Duration::from_secs(3);

/// The permanent containers: (host, name).
const RESIDENTS: [(usize, &str); 6] = [
    (0, "blog"),
    (0, "photos"),
    (1, "wiki"),
    (1, "music"),
    (2, "recipes"),
    (2, "bookmarks"),
];

/// The temporary containers: (host, name).
const GUESTS: [(usize, &str); 6] = [
    (1, "preview"),
    (2, "game"),
    (0, "notes"),
    (1, "upload"),
    (2, "poll"),
    (0, "chat"),
];

/// The number of temporary containers at once.
const GUESTS_AT_ONCE: usize = 3;

/// The simulated hosts and their events.
pub struct Scene {
    hosts: Vec<Engine>,
}

impl Scene {
    /// A scene on these three hosts.
    pub fn new(hosts: Vec<Engine>) -> Self {
        Self { hosts }
    }

    /// Starts the containers and repeats the events until `shutdown`.
    ///
    /// # Errors
    /// If a container's port cannot be opened.
    pub async fn play(&self, shutdown: CancellationToken) -> anyhow::Result<()> {
        self.set().await?;
        let mut steps = interval(STEP);
        for step in 0.. {
            tokio::select! {
                _ = steps.tick() => self.step(step).await?,
                () = shutdown.cancelled() => break,
            }
        }
        for host in &self.hosts {
            for name in host.names() {
                host.remove(&name).await?;
            }
        }
        Ok(())
    }

    async fn set(&self) -> anyhow::Result<()> {
        for (host, name) in RESIDENTS {
            self.hosts[host].run(app(name)).await?;
        }
        // The same compose service on every host, balanced over all three.
        for host in &self.hosts {
            let replica = app("whoami").compose("demo", "whoami").label(
                "traefik.http.services.whoami.loadbalancer.healthcheck.path",
                "/",
            );
            host.run(replica).await?;
        }
        // One name with two meanings: both work next to each other.
        for (host, user) in [(0, "ops"), (2, "family")] {
            let rule = format!("Host(`{user}.localhost`)");
            let spec = ContainerSpec::new(format!("{user}-desk"))
                .label("traefik.enable", "true")
                .label("traefik.http.routers.desk.rule", rule)
                .label("traefik.http.routers.desk.middlewares", "greet")
                .label(
                    "traefik.http.middlewares.greet.headers.customResponseHeaders.X-Worker",
                    user,
                )
                .publish(Publish::tcp(8000))
                .listening();
            self.hosts[host].run(spec).await?;
        }
        // Mistakes that affect only their container.
        let misspelled = app("typo").label("traefik.http.routers.typo.entrypoint", "web");
        self.hosts[1].run(misspelled).await?;
        let unpublished = ContainerSpec::new("hidden")
            .label("traefik.enable", "true")
            .label(
                "traefik.http.services.hidden.loadbalancer.server.port",
                "9000",
            )
            .publish(Publish::tcp(80));
        self.hosts[2].run(unpublished).await?;
        Ok(())
    }

    /// Starts a temporary container, stops the oldest one, and sometimes gives a permanent one
    /// another port.
    async fn step(&self, step: usize) -> anyhow::Result<()> {
        let (host, name) = GUESTS[step % GUESTS.len()];
        self.hosts[host].run(app(name)).await?;
        if step >= GUESTS_AT_ONCE {
            let (host, name) = GUESTS[(step - GUESTS_AT_ONCE) % GUESTS.len()];
            self.hosts[host].remove(name).await?;
        }
        if step % 5 == 4 {
            let (host, name) = RESIDENTS[step % RESIDENTS.len()];
            self.hosts[host].restart(name).await?;
        }
        Ok(())
    }
}

/// An app that shows its name at `NAME.localhost`.
fn app(name: &str) -> ContainerSpec {
    ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .label(
            format!("traefik.http.routers.{name}.rule"),
            format!("Host(`{name}.localhost`)"),
        )
        .label(
            format!("traefik.http.services.{name}.loadbalancer.server.port"),
            "80",
        )
        .publish(Publish::tcp(80))
        .listening()
}
