//! A hub and an engine in, a running agent out: the real program.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::Result;

use super::hub::set;
use super::{Binaries, Process, TOKEN};

/// An agent.
#[derive(Debug)]
pub(crate) struct Agent {
    /// The program.
    pub(crate) process: Process,
    settings: BTreeMap<String, String>,
    network: Option<u32>,
}

impl Agent {
    /// Starts an agent with the tests' token and these settings.
    pub(crate) fn start(settings: &[(&str, &str)]) -> Result<Self> {
        Self::within(None, settings)
    }

    /// Starts an agent on the host whose network the process `network` has.
    pub(crate) fn within(network: Option<u32>, settings: &[(&str, &str)]) -> Result<Self> {
        let mut all = BTreeMap::from([("TETHERD_TOKEN".to_owned(), TOKEN.to_owned())]);
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let process = run(network, &all)?;
        Ok(Self { process, settings: all, network })
    }

    /// Starts it again after its end, with the same settings.
    pub(crate) fn again(&mut self) -> Result<()> {
        self.process = run(self.network, &self.settings)?;
        Ok(())
    }
}

fn run(network: Option<u32>, settings: &BTreeMap<String, String>) -> Result<Process> {
    let program = &Binaries::get()?.tetherd;
    let mut command = match network {
        None => Command::new(program),
        // It becomes the agent, so signals go to the agent itself.
        Some(id) => {
            let mut command = Command::new("nsenter");
            command.arg(format!("--net=/proc/{id}/ns/net")).arg(program);
            command
        }
    };
    set(&mut command, settings);
    Process::start("agent", &mut command)
}
