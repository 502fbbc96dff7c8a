//! The settings of `tether demo`.

use std::path::PathBuf;

use clap::Args;

use super::values::flag;

/// The demo's settings.
#[derive(Debug, Clone, Args)]
pub struct DemoSettings {
    /// The hub's port; 0 takes a free one.
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// Traefik's port; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    pub traefik_port: u16,
    /// The Traefik program to run beside it.
    #[arg(long, env = "TETHER_DEMO_TRAEFIK")]
    pub traefik: Option<PathBuf>,
    /// Leave this machine's own Docker engine alone.
    #[arg(long)]
    pub no_docker: bool,
    /// Log what is done step by step.
    #[arg(long, env = "TETHER_DEBUG", value_parser = flag())]
    pub debug: bool,
}
