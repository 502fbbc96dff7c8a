//! Names of real things in, running real things out: each ends when its value is dropped.

mod agent;
mod binaries;
mod browser;
mod engine;
mod http;
mod hub;
mod load;
mod parts;
mod process;
mod simulated;
mod traefik;
mod wait;

pub(crate) use agent::Agent;
pub(crate) use binaries::{Binaries, root};
pub(crate) use browser::{Browser, Page};
pub(crate) use engine::{Engine, Run};
pub(crate) use http::{Response, get, get_with};
pub(crate) use hub::{Hub, TOKEN, free_port};
pub(crate) use load::Load;
pub(crate) use parts::{Part, need};
pub(crate) use process::Process;
pub(crate) use simulated::Simulated;
pub(crate) use traefik::Traefik;
pub(crate) use wait::{eventually, soon};
