//! A scene in, its containers and its agent running out.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::reader::{Run, Scene};
use crate::harness::{Agent, Binaries, Engine, Hub, IMAGE, Process, TOKEN};

impl Scene {
    /// Carries out its commands in their order.
    pub(super) fn commands(&self, engine: &Engine) -> Result<()> {
        for command in &self.commands {
            match command {
                Run::Docker(words) => {
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    engine.docker(&words)?;
                }
                Run::Container(name, flags) => {
                    let own = format!("NAME={name}");
                    let scene = format!("scene={}", self.name);
                    let always = ["-e", &own, "-l", &scene, "-l", "traefik.enable=true"];
                    let flags = flags.iter().map(String::as_str);
                    let flags: Vec<&str> = always.into_iter().chain(flags).collect();
                    engine.run(name, &flags)?;
                }
            }
        }
        Ok(())
    }

    /// Its agent, which reads its containers only.
    pub(super) fn agent(&self, engine: &Engine, hub: &Hub) -> Result<Process> {
        let mut settings = BTreeMap::from([
            ("TETHERD_NAME", self.name.clone()),
            (
                "TETHERD_CONSTRAINTS",
                format!("Label(`scene`, `{}`)", self.name),
            ),
            (
                "TETHERD_SERVER",
                format!("http://{}:{}", engine.machine.other, hub.port),
            ),
        ]);
        for (name, value) in &self.settings {
            settings.insert(name, value.clone());
        }
        if self.contained {
            return contained(engine, &settings);
        }
        settings.insert("DOCKER_HOST", engine.endpoint());
        let settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
        Ok(Agent::on(Some(&engine.machine), &settings)?.process)
    }
}

/// An agent in a container, in the bridge network, with this machine's libraries.
fn contained(engine: &Engine, settings: &BTreeMap<&str, String>) -> Result<Process> {
    let program = &Binaries::get()?.tetherd;
    let mut arguments: Vec<String> = ["run", "-d", "--pull", "never", "--name", "tetherd"]
        .map(str::to_owned)
        .into();
    let program = format!("{}:/tetherd:ro", program.display());
    let socket = format!("{}:/var/run/docker.sock", engine.socket());
    let libraries = ["/usr", "/lib", "/lib64"];
    let libraries = libraries
        .into_iter()
        .filter(|path| Path::new(path).exists());
    let mounts = libraries.map(|path| format!("{path}:{path}:ro"));
    for mount in mounts.chain([program, socket]) {
        arguments.extend(["-v".to_owned(), mount]);
    }
    for (name, value) in settings {
        arguments.extend(["-e".to_owned(), format!("{name}={value}")]);
    }
    arguments.extend(["-e".to_owned(), format!("TETHERD_TOKEN={TOKEN}")]);
    arguments.extend(["--entrypoint", "/tetherd", IMAGE].map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    engine.docker(&arguments)?;
    // Its words, for whoever reads the output of a failed run.
    engine.follow(&["logs", "--follow", "tetherd"])
}
