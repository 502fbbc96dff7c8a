//! Changes an engine's containers at random and injects faults at random, from a seed.

use std::path::PathBuf;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::random::Random;
use crate::spec::{ContainerSpec, Health, Publish};

/// The most containers at a time.
const MAX_CONTAINERS: usize = 6;
/// The most steps of a sequence.
const MAX_STEPS: u64 = 8;
/// The most actions of a burst.
const MAX_BURST: u64 = 8;
/// The longest pause between two steps.
const MAX_PAUSE_MS: u64 = 8;
/// The longest injected delay of answers.
const MAX_DELAY_MS: u64 = 40;

/// An engine on a socket, whose containers and faults change at random.
///
/// The containers publish port 80 as an ephemeral port, some with another one for IPv6. The label
/// `chaos.service`, if there is one, has the name of the container's service; otherwise the
/// service has the container's name. No name is used twice.
pub struct Chaos {
    engine: Engine,
    socket: PathBuf,
    shutdown: CancellationToken,
    server: JoinHandle<()>,
    random: Random,
    last_name: u64,
    log: Vec<String>,
}

impl Chaos {
    /// Serves the engine on this socket, without faults at first.
    ///
    /// # Errors
    /// If the socket cannot be bound.
    pub fn serve(engine: Engine, socket: impl Into<PathBuf>, seed: u64) -> anyhow::Result<Self> {
        let (socket, shutdown) = (socket.into(), CancellationToken::new());
        let server = engine.serve_unix(&socket, shutdown.clone())?;
        Ok(Self {
            engine,
            socket,
            shutdown,
            server,
            random: Random::new(seed),
            last_name: 0,
            log: Vec::new(),
        })
    }

    /// Runs one sequence of container changes and faults, and ends all faults. Returns a log of
    /// its steps.
    ///
    /// # Errors
    /// If the engine cannot be served again, or a container cannot be created.
    pub async fn sequence(&mut self) -> anyhow::Result<Vec<String>> {
        for _ in 0..=self.random.below(MAX_STEPS) {
            self.step().await?;
            match self.random.below(4) {
                0 => sleep(Duration::from_millis(self.random.below(MAX_PAUSE_MS))).await,
                1 => tokio::task::yield_now().await,
                _ => {}
            }
        }
        self.end_faults();
        if self.random.once_in(2) {
            self.random_action().await?;
        }
        Ok(std::mem::take(&mut self.log))
    }

    async fn step(&mut self) -> anyhow::Result<()> {
        let count = self.random.below(3) as u32 + 1;
        let delay = Duration::from_millis(self.random.below(MAX_DELAY_MS));
        match self.random.below(24) {
            0 => {
                self.note("cut streams");
                self.engine.cut_streams();
            }
            1 => {
                self.note(&format!("fail {count} lists"));
                self.engine.fail_lists(count);
            }
            2 => {
                self.note(&format!("delay answers by {delay:?}"));
                self.engine.delay(delay);
            }
            3 | 4 => {
                self.note(&format!("delay lists by {delay:?}"));
                self.engine.late_lists(delay);
            }
            5 | 6 => {
                self.note("reorder events");
                self.engine.reorder_events(true);
            }
            7 if self.random.once_in(2) => self.restart().await?,
            8 | 9 => {
                self.note("burst");
                for _ in 0..=self.random.below(MAX_BURST) {
                    self.random_action().await?;
                }
            }
            10 => self.end_faults(),
            _ => self.random_action().await?,
        }
        Ok(())
    }

    /// Stops serving the engine and serves it again; its containers keep running, and one may
    /// change meanwhile.
    async fn restart(&mut self) -> anyhow::Result<()> {
        self.note("stop engine");
        self.shutdown.cancel();
        (&mut self.server).await?;
        if self.random.once_in(2) {
            self.random_action().await?;
        }
        self.note("start engine");
        self.shutdown = CancellationToken::new();
        self.server = self
            .engine
            .serve_unix(&self.socket, self.shutdown.clone())?;
        Ok(())
    }

    fn end_faults(&mut self) {
        self.note("end faults");
        self.engine.fail_lists(0);
        self.engine.delay(Duration::ZERO);
        self.engine.late_lists(Duration::ZERO);
        self.engine.reorder_events(false);
    }

    /// Does something to a container; what fails is only logged.
    async fn random_action(&mut self) -> anyhow::Result<()> {
        let names = self.engine.names();
        let index = self.random.below(names.len() as u64) as usize;
        let roll = self.random.below(20);
        let Some(name) = names.get(index).filter(|_| roll >= 4) else {
            if names.len() < MAX_CONTAINERS {
                return self.run().await;
            }
            return self.engine.remove(&names[index]).await;
        };
        let engine = self.engine.clone();
        let (action, result) = match roll {
            4 | 5 => ("stop", engine.stop(name).await),
            6 | 7 => ("start", engine.start(name).await),
            8..=10 => ("restart", engine.restart(name).await),
            11 => ("kill", engine.kill(name).await),
            12 => ("exit", engine.exit(name, 1).await),
            13 => ("remove", engine.remove(name).await),
            14 => ("signal", engine.signal(name, "SIGTERM")),
            15 => ("pause", engine.pause(name)),
            16 => ("unpause", engine.unpause(name)),
            17 => {
                let new_name = self.name();
                self.note(&format!("new name {new_name}:"));
                ("rename", engine.rename(name, &new_name))
            }
            _ => {
                let all = [Health::Starting, Health::Healthy, Health::Unhealthy];
                let health = all[self.random.below(3) as usize];
                self.note(&format!("{health:?}:"));
                ("set_health", engine.set_health(name, health))
            }
        };
        match result {
            Ok(()) => self.note(&format!("{action} {name}")),
            Err(error) => self.note(&format!("{action} {name} failed: {error:#}")),
        }
        Ok(())
    }

    async fn run(&mut self) -> anyhow::Result<()> {
        let name = self.name();
        let mut spec = ContainerSpec::new(&name).label("traefik.enable", "true");
        spec = if self.random.once_in(3) {
            spec.publish(Publish::tcp(80).dual_stack())
        } else {
            spec.publish(80)
        };
        if self.random.once_in(2) {
            let service = format!("s{name}");
            let port = format!("traefik.http.services.{service}.loadbalancer.server.port");
            let rule = format!("traefik.http.routers.{service}.rule");
            spec = spec
                .label(port, "80")
                .label(rule, format!("Host(`{service}.test`)"))
                .label("chaos.service", service);
        }
        if self.random.once_in(3) {
            spec = spec.health([Health::Starting, Health::Healthy][self.random.below(2) as usize]);
        }
        self.engine.run(spec).await?;
        self.note(&format!("run {name}"));
        Ok(())
    }

    fn name(&mut self) -> String {
        self.last_name += 1;
        format!("c{}", self.last_name)
    }

    fn note(&mut self, step: &str) {
        self.log.push(step.to_owned());
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
