//! The settings of `tether demo`.

use std::path::PathBuf;

use clap::Args;

use super::values::flag;

/// The demo's settings.
#[derive(Debug, Clone, Args)]
pub struct DemoSettings {
    /// The hub's port; 0 picks a free one.
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// Traefik's port; 0 picks a free one.
    #[arg(long, default_value_t = 8080)]
    pub traefik_port: u16,
    /// The Traefik program to run.
    #[arg(long, env = "TETHER_DEMO_TRAEFIK")]
    pub traefik: Option<PathBuf>,
    /// Do not use this machine's own Docker engine.
    #[arg(long)]
    pub no_docker: bool,
    /// Log every step.
    #[arg(long, env = "TETHER_DEBUG", value_parser = flag())]
    pub debug: bool,
}
