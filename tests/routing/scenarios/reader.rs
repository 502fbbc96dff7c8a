//! Reads the text of a scene: its agent, its commands and its claims.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

/// The scene of one agent.
#[derive(Debug)]
pub(super) struct Scene {
    /// The file's name without its ending; the label `scene` of its containers.
    pub(super) name: String,
    /// Settings of its agent.
    pub(super) settings: Vec<(String, String)>,
    /// True if its agent runs in a container, in a bridge network.
    pub(super) contained: bool,
    /// True if requests go to the Traefik on the Docker host itself.
    pub(super) here: bool,
    /// The features that the machine must have for it.
    pub(super) needs: Vec<String>,
    /// All commands, in order.
    pub(super) commands: Vec<Run>,
    /// The claims that must hold in the end.
    pub(super) claims: Vec<Claim>,
}

/// A command line of Docker's.
#[derive(Debug)]
pub(super) enum Run {
    /// A container with this name and these flags.
    Container(String, Vec<String>),
    /// Anything else.
    Docker(Vec<String>),
}

/// One thing that must hold.
#[derive(Debug)]
pub(super) struct Claim {
    /// Its place in the file, for messages.
    pub(super) place: String,
    /// Its content.
    pub(super) what: What,
}

/// The claims that a scene can make.
#[derive(Debug)]
pub(super) enum What {
    /// All of these containers and no others answer requests for this host name.
    Http(String, Vec<String>),
    /// The same for connections to this entry point.
    Tcp(String, Vec<String>),
    /// The same for datagrams to this entry point.
    Udp(String, Vec<String>),
    /// The host name has no container behind it.
    None(String),
    /// This container has a problem with this code, whose message contains this text.
    Problem(String, String, String),
    /// A server of this container has a reason that contains this text.
    Because(String, String),
    /// This port of this container has other numbers for IPv4 than for IPv6.
    Differ(String, String),
}

/// Reads one file, and replaces `{word}` by its value in `places`.
pub(super) fn read(name: &str, text: &str, places: &BTreeMap<&str, String>) -> Result<Scene> {
    let mut text = text.to_owned();
    for (word, place) in places {
        text = text.replace(&format!("{{{word}}}"), place);
    }
    let mut scene = Scene {
        name: name.to_owned(),
        settings: Vec::new(),
        contained: false,
        here: false,
        needs: Vec::new(),
        commands: Vec::new(),
        claims: Vec::new(),
    };
    for (number, line) in text.lines().enumerate() {
        let place = format!("{name}.txt, line {}", number + 1);
        let mut words = line.split_whitespace().map(str::to_owned);
        let Some(first) = words.next().filter(|word| word != "#") else {
            continue;
        };
        let words: Vec<String> = words.collect();
        scene
            .line(&first, words, &place)
            .with_context(|| format!("{place}: {line}"))?;
    }
    Ok(scene)
}

impl Scene {
    fn line(&mut self, first: &str, mut words: Vec<String>, place: &str) -> Result<()> {
        let mut word = || {
            ensure!(!words.is_empty(), "a word is missing");
            Ok(words.remove(0))
        };
        let what = match first {
            "agent" => {
                for word in words {
                    let (name, value) = word.split_once('=').context("no NAME=VALUE")?;
                    self.settings.push((name.to_owned(), value.to_owned()));
                }
                return Ok(());
            }
            "contained" => {
                self.contained = true;
                return Ok(());
            }
            "here" => {
                self.here = true;
                return Ok(());
            }
            "needs" => {
                self.needs = words;
                return Ok(());
            }
            "docker" => {
                self.commands.push(Run::Docker(words));
                return Ok(());
            }
            "run" => {
                let name = word()?;
                self.commands.push(Run::Container(name, words));
                return Ok(());
            }
            "http" => What::Http(word()?, words),
            "tcp" => What::Tcp(word()?, words),
            "udp" => What::Udp(word()?, words),
            "none" => What::None(word()?),
            "problem" => What::Problem(word()?, word()?, words.join(" ")),
            "because" => What::Because(word()?, words.join(" ")),
            "differ" => What::Differ(word()?, word()?),
            other => bail!("`{other}` is no word of a scene"),
        };
        let place = place.to_owned();
        self.claims.push(Claim { place, what });
        Ok(())
    }

    /// The number of its rows in the table: claims about which container answers, or why none does.
    pub(super) fn rows(&self) -> usize {
        let rows = self.claims.iter();
        rows.filter(|claim| {
            !matches!(
                claim.what,
                What::None(_) | What::Because(..) | What::Differ(..)
            )
        })
        .count()
    }
}
