//! Starts the containers and the agent of a scene.

use std::collections::BTreeMap;

use anyhow::Result;

use super::reader::{Run, Scene};
use crate::harness::{Agent, Binaries, Engine, Hub, Process, TOKEN};

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
                format!("http://{}:{}", engine.machine.gateway, hub.port),
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

/// An agent in a container, in the bridge network.
fn contained(engine: &Engine, settings: &BTreeMap<&str, String>) -> Result<Process> {
    let socket = format!("{}:/var/run/docker.sock", engine.socket());
    let token = format!("TETHERD_TOKEN={TOKEN}");
    let settings = settings
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let settings: Vec<String> = settings.chain([token]).collect();
    let settings = settings.iter().flat_map(|setting| ["-e", setting.as_str()]);
    let flags: Vec<&str> = ["-v", &socket].into_iter().chain(settings).collect();
    engine.run_program("tetherd", &Binaries::get()?.tetherd, &flags, &[])?;
    // Its log belongs into the output of a failed run.
    engine.spawn_client(&["logs", "--follow", "tetherd"])
}
