//! Starts the real agent.

use std::process::Command;

use anyhow::Result;

use super::{Binaries, Machine, Process, TOKEN, command};

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
            None => command(program),
            Some(machine) => machine.command(program),
        };
        program
            .env("TETHERD_TOKEN", TOKEN)
            .envs(settings.iter().copied());
        let process = Process::start("agent", &mut program)?;
        Ok(Self { process, program })
    }

    /// Runs the program beside the agent with the same settings, as `docker compose exec` does.
    pub(crate) fn run_beside(&self, arguments: &[&str]) -> Result<Process> {
        let mut program = command(self.program.get_program());
        let settings = self.program.get_envs();
        program.envs(settings.filter_map(|(name, value)| Some((name, value?))));
        Process::start("agent", program.args(arguments))
    }

    /// Starts it again after its end, with the same settings.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        self.process = Process::start("agent", &mut self.program)?;
        Ok(())
    }
}
