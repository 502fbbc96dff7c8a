//! Starts the real programs and waits for what they do. Each program ends when its value is
//! dropped.

mod agent;
mod authority;
mod binaries;
mod browser;
mod command;
mod counting_proxy;
mod daemons;
mod engine;
mod free_port;
mod http;
mod hub;
mod load;
mod machine;
mod parts;
mod process;
mod simulated;
mod test_bed;
mod tls_listener;
mod traefik;
mod wait;

pub(crate) use agent::Agent;
pub(crate) use authority::Authority;
pub(crate) use binaries::{Binaries, root};
pub(crate) use browser::Browser;
pub(crate) use command::{command, run};
pub(crate) use counting_proxy::CountingProxy;
pub(crate) use engine::{Engine, IMAGE};
pub(crate) use free_port::free_port;
pub(crate) use http::{Response, get, get_with};
pub(crate) use hub::{Hub, TOKEN};
pub(crate) use load::Load;
pub(crate) use machine::{Machine, ip};
pub(crate) use parts::{NEWEST_TRAEFIK, Part, needs, present, report, traefik_of, traefik_program};
pub(crate) use process::Process;
pub(crate) use simulated::{SimulatedHost, web};
pub(crate) use test_bed::TestBed;
pub(crate) use tls_listener::TlsListener;
pub(crate) use traefik::Traefik;
pub(crate) use wait::{eventually, soon};
