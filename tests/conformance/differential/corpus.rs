//! Reads containers and their known differences from the text files of a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use docker_sim::{ContainerSpec, Health, Publish};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::rig::Settings;

/// One file: containers of one theme, or a round of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Theme {
    /// Settings of Traefik's Docker provider, each of which is a round of its own.
    #[serde(default)]
    settings: Vec<Map<String, Value>>,
    /// True: with all containers of the corpus, too.
    #[serde(default)]
    corpus: bool,
    #[serde(default)]
    containers: Vec<Entry>,
    /// The differences of the corpus under these settings only.
    #[serde(default)]
    differs: Vec<Differs>,
}

/// Containers and the settings under which they are looked at.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) name: String,
    pub(crate) corpus: Corpus,
    pub(crate) settings: Settings,
}

/// One container as a corpus file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// `project/service`.
    compose: Option<String>,
    /// The number of equal containers, called `NAME-1` and so on.
    replicas: Option<usize>,
    /// Published ports, such as `80` and `53/udp`; the default is port 80.
    #[serde(default = "web")]
    publish: Vec<Port>,
    /// Ports that are exposed only.
    #[serde(default)]
    expose: Vec<Port>,
    #[serde(default)]
    networks: Vec<String>,
    mode: Option<String>,
    health: Option<Word>,
    state: Option<State>,
    /// False: without the label `traefik.enable=true`, which is added to all others that lack it.
    #[serde(default = "yes")]
    enable: bool,
    /// One label a line.
    #[serde(default)]
    labels: String,
    /// Labels that do not fit into a line.
    #[serde(default)]
    raw: BTreeMap<String, String>,
    /// The known differences between the two sides.
    #[serde(default)]
    differs: Vec<Differs>,
}

/// An allowed difference, by a reason of `reasons.yml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Differs {
    pub(crate) reason: String,
    /// Elements that only Traefik's own provider has, as `routers/NAME` and so on.
    #[serde(default)]
    pub(crate) only_traefik: Vec<String>,
    /// Elements that only we have.
    #[serde(default)]
    pub(crate) only_tether: Vec<String>,
    /// Elements that both have, with other content.
    #[serde(default)]
    pub(crate) unlike: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Port {
    Tcp(u16),
    Text(String),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Starting,
    Healthy,
    Unhealthy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Created,
    Exited,
    Paused,
}

/// A container to run, and what is to become of it then.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) name: String,
    pub(crate) spec: ContainerSpec,
    pub(crate) state: Option<State>,
}

impl Planned {
    /// A container that simply runs.
    pub(crate) fn running(name: &str, spec: ContainerSpec) -> Self {
        Self {
            name: name.to_owned(),
            spec,
            state: None,
        }
    }
}

/// The settings that a corpus asks for.
#[derive(Debug, Default, Clone)]
pub(crate) struct Corpus {
    pub(crate) containers: Vec<Planned>,
    pub(crate) differs: Vec<Differs>,
}

impl Corpus {
    /// Reads all files of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let mut corpus = Self::default();
        for file in files(folder)? {
            corpus.extend(&file, theme(&file)?.containers)?;
        }
        Ok(corpus)
    }

    fn extend(&mut self, file: &Path, entries: Vec<Entry>) -> Result<()> {
        for entry in entries {
            let name = entry.name.clone();
            let added = self.add(entry);
            added.with_context(|| format!("{}: {name}", file.display()))?;
        }
        Ok(())
    }

    fn add(&mut self, entry: Entry) -> Result<()> {
        let spec = entry.spec()?;
        let names = match entry.replicas {
            None => vec![entry.name.clone()],
            Some(count) => (1..=count).map(|n| format!("{}-{n}", entry.name)).collect(),
        };
        for name in names {
            ensure!(
                self.containers.iter().all(|other| other.name != name),
                "the name {name} is used twice"
            );
            self.containers.push(Planned {
                spec: spec.clone().named(&name),
                name,
                state: entry.state,
            });
        }
        self.differs.extend(entry.differs);
        Ok(())
    }
}

impl Round {
    /// Reads all files of a folder, each of which is one round or more.
    pub(crate) fn read(folder: &Path, corpus: &Path) -> Result<Vec<Self>> {
        let mut rounds = Vec::new();
        for file in files(folder)? {
            let mut theme = theme(&file)?;
            let mut all = match theme.corpus {
                true => Corpus::read(corpus)?,
                false => Corpus::default(),
            };
            all.extend(&file, theme.containers)?;
            all.differs.extend(theme.differs);
            if theme.settings.is_empty() {
                theme.settings.push(Map::new());
            }
            let name = file.file_stem().unwrap_or_default().display().to_string();
            for settings in theme.settings {
                rounds.push(Self {
                    name: match settings.is_empty() {
                        true => name.clone(),
                        false => format!("{name} {}", Value::Object(settings.clone())),
                    },
                    corpus: all.clone(),
                    settings: Settings::new(settings),
                });
            }
        }
        Ok(rounds)
    }
}

/// The files of a folder in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let files = std::fs::read_dir(folder)?.map(|file| Ok(file?.path()));
    let mut files: Vec<_> = files.collect::<Result<_>>()?;
    files.sort();
    Ok(files)
}

fn theme(file: &Path) -> Result<Theme> {
    let text = std::fs::read_to_string(file)?;
    serde_yaml_ng::from_str(&text).with_context(|| file.display().to_string())
}

impl Entry {
    fn spec(&self) -> Result<ContainerSpec> {
        let mut spec = ContainerSpec::new(&self.name);
        if self.enable && !self.labels.to_lowercase().contains("traefik.enable=") {
            spec = spec.label("traefik.enable", "true");
        }
        for line in self.labels.lines().filter(|line| !line.trim().is_empty()) {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            spec = spec.label(key, value);
        }
        spec = spec.labels(self.raw.clone());
        if let Some(compose) = &self.compose {
            let (project, service) = compose.split_once('/').context("PROJECT/SERVICE")?;
            spec = spec.compose(project, service);
        }
        for port in &self.publish {
            spec = spec.publish(port.publish()?);
        }
        for port in &self.expose {
            spec = match port.read()? {
                (port, true) => spec.expose_udp(port),
                (port, false) => spec.expose(port),
            };
        }
        for network in &self.networks {
            spec = spec.network(network);
        }
        if let Some(mode) = &self.mode {
            spec = spec.network_mode(mode);
        }
        Ok(match self.health {
            None => spec,
            Some(Word::Starting) => spec.health(Health::Starting),
            Some(Word::Healthy) => spec.health(Health::Healthy),
            Some(Word::Unhealthy) => spec.health(Health::Unhealthy),
        })
    }
}

impl Port {
    fn read(&self) -> Result<(u16, bool)> {
        Ok(match self {
            Self::Tcp(port) => (*port, false),
            Self::Text(text) => match text.split_once('/') {
                Some((port, "udp")) => (port.parse()?, true),
                Some((port, "tcp")) => (port.parse()?, false),
                _ => bail!("`{text}` is no port such as 53/udp"),
            },
        })
    }

    fn publish(&self) -> Result<Publish> {
        Ok(match self.read()? {
            (port, true) => Publish::udp(port),
            (port, false) => Publish::tcp(port),
        })
    }
}

fn web() -> Vec<Port> {
    vec![Port::Tcp(80)]
}

fn yes() -> bool {
    true
}
