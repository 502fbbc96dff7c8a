//! A seed in, a random life of an engine out: its containers, its faults, and an end of each
//! sequence at which all is well again.

use std::path::PathBuf;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::random::Random;
use crate::spec::{ContainerSpec, Health, Publish};

/// No more containers than these are there at a time.
const CONTAINERS: usize = 6;
/// The most steps of a sequence.
const STEPS: u64 = 8;
/// The most moves of a burst.
const BURST: u64 = 8;
/// The longest pause between two steps, and the longest that answers are made to wait.
const PAUSE: u64 = 8;
const SLOW: u64 = 40;

/// An engine that is served on a socket and given a random life.
///
/// The containers publish port 80, ephemeral, some with another number for IPv6. Those with the
/// label `chaos.service` name their service so; the others have the default one, of their name.
/// No name is ever given twice.
pub struct Chaos {
    engine: Engine,
    socket: PathBuf,
    shutdown: CancellationToken,
    served: JoinHandle<()>,
    random: Random,
    named: u64,
    steps: Vec<String>,
}

impl Chaos {
    /// Serves the engine there, without any fault yet.
    ///
    /// # Errors
    /// If the socket cannot be listened on.
    pub fn serve(engine: Engine, socket: impl Into<PathBuf>, seed: u64) -> anyhow::Result<Self> {
        let (socket, shutdown) = (socket.into(), CancellationToken::new());
        let served = engine.serve_unix(&socket, shutdown.clone())?;
        Ok(Self {
            engine,
            socket,
            shutdown,
            served,
            random: Random::new(seed),
            named: 0,
            steps: Vec::new(),
        })
    }

    /// One sequence: containers come, go and change in the midst of faults; at its end the
    /// engine is well. What was done, step by step.
    ///
    /// # Errors
    /// If the engine cannot be served again, or no container can be made.
    pub async fn sequence(&mut self) -> anyhow::Result<Vec<String>> {
        for _ in 0..=self.random.below(STEPS) {
            self.step().await?;
            match self.random.below(4) {
                0 => sleep(Duration::from_millis(self.random.below(PAUSE))).await,
                1 => tokio::task::yield_now().await,
                _ => {}
            }
        }
        self.heal();
        if self.random.once_in(2) {
            self.moved().await?;
        }
        Ok(std::mem::take(&mut self.steps))
    }

    async fn step(&mut self) -> anyhow::Result<()> {
        let (some, slow) = (self.random.below(3) as u32 + 1, self.random.below(SLOW));
        let slow = Duration::from_millis(slow);
        match self.random.below(24) {
            0 => {
                self.note("cut streams");
                self.engine.cut_streams();
            }
            1 => {
                self.note(&format!("{some} lists fail"));
                self.engine.fail_lists(some);
            }
            2 => {
                self.note(&format!("answers after {slow:?}"));
                self.engine.delay(slow);
            }
            3 | 4 => {
                self.note(&format!("lists come {slow:?} late"));
                self.engine.late_lists(slow);
            }
            5 | 6 => {
                self.note("events are muddled");
                self.engine.muddle_events(true);
            }
            7 if self.random.once_in(2) => self.restart().await?,
            8 | 9 => {
                self.note("burst");
                for _ in 0..=self.random.below(BURST) {
                    self.moved().await?;
                }
            }
            10 => self.heal(),
            _ => self.moved().await?,
        }
        Ok(())
    }

    /// The engine goes and comes back; its containers run on, and one may change meanwhile.
    async fn restart(&mut self) -> anyhow::Result<()> {
        self.note("engine goes");
        self.shutdown.cancel();
        (&mut self.served).await?;
        if self.random.once_in(2) {
            self.moved().await?;
        }
        self.note("engine is back");
        self.shutdown = CancellationToken::new();
        self.served = self
            .engine
            .serve_unix(&self.socket, self.shutdown.clone())?;
        Ok(())
    }

    fn heal(&mut self) {
        self.note("all is well");
        self.engine.fail_lists(0);
        self.engine.delay(Duration::ZERO);
        self.engine.late_lists(Duration::ZERO);
        self.engine.muddle_events(false);
    }

    /// Something happens to a container; what is impossible for it is passed over.
    async fn moved(&mut self) -> anyhow::Result<()> {
        let names = self.engine.names();
        let which = self.random.below(names.len() as u64) as usize;
        let roll = self.random.below(20);
        let Some(name) = names.get(which).filter(|_| roll >= 4) else {
            return match names.len() < CONTAINERS {
                true => self.run().await,
                false => self.engine.remove(&names[which]).await,
            };
        };
        let engine = self.engine.clone();
        let (verb, done) = match roll {
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
                let fresh = self.name();
                self.note(&format!("{name} is now {fresh}"));
                ("rename", engine.rename(name, &fresh))
            }
            _ => {
                let word = [Health::Starting, Health::Healthy, Health::Unhealthy];
                let word = word[self.random.below(3) as usize];
                self.note(&format!("{word:?}:"));
                ("set_health", engine.set_health(name, word))
            }
        };
        match done {
            Ok(()) => self.note(&format!("{verb} {name}")),
            Err(error) => self.note(&format!("no {verb} {name}: {error:#}")),
        }
        Ok(())
    }

    async fn run(&mut self) -> anyhow::Result<()> {
        let name = self.name();
        let mut spec = ContainerSpec::new(&name).label("traefik.enable", "true");
        spec = match self.random.once_in(3) {
            true => spec.publish(Publish::tcp(80).dual_stack()),
            false => spec.publish(80),
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
        self.named += 1;
        format!("c{}", self.named)
    }

    fn note(&mut self, step: &str) {
        self.steps.push(step.to_owned());
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
