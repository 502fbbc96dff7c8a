//! A hub and an engine in, a running agent out: the real program.

use std::process::Command;

use anyhow::Result;

use super::hub::set;
use super::{Binaries, Machine, Process, TOKEN};

/// An agent.
#[derive(Debug)]
pub(crate) struct Agent {
    /// The program.
    pub(crate) process: Process,
    program: Command,
}

impl Agent {
    /// Starts an agent with the tests' token and these settings.
    pub(crate) fn start(settings: &[(&str, &str)]) -> Result<Self> {
        Self::on(None, settings)
    }

    /// Starts an agent on that machine.
    pub(crate) fn on(machine: Option<&Machine>, settings: &[(&str, &str)]) -> Result<Self> {
        let program = &Binaries::get()?.tetherd;
        let mut program = match machine {
            None => Command::new(program),
            Some(machine) => machine.command(program),
        };
        set(&mut program, [("TETHERD_TOKEN", TOKEN)]);
        program.envs(settings.iter().copied());
        let process = Process::start("agent", &mut program)?;
        Ok(Self { process, program })
    }

    /// Another run of the program with the same settings, as by `docker compose exec`.
    pub(crate) fn beside(&self, arguments: &[&str]) -> Result<Process> {
        let mut program = Command::new(self.program.get_program());
        set(&mut program, []);
        for (name, value) in self.program.get_envs() {
            match value {
                Some(value) => program.env(name, value),
                None => program.env_remove(name),
            };
        }
        Process::start("agent", program.args(arguments))
    }

    /// Starts it again after its end, with the same settings.
    pub(crate) fn again(&mut self) -> Result<()> {
        self.process = Process::start("agent", &mut self.program)?;
        Ok(())
    }
}
