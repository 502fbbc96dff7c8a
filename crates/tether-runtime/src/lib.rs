//! Code that the hub and the agent share at run time: the process and its settings, addresses of
//! hubs, TLS, WebSocket fragments, facts about the machine, and text from other parties.
//!
//! `command_line` depends on `environment` and `text`, `settings_report` on `text`; no other module
//! depends on another one.

pub mod command_line;
pub mod environment;
pub mod fragments;
pub mod hex;
pub mod machine;
pub mod process;
pub mod secret;
pub mod server_url;
pub mod settings_report;
pub mod text;
pub mod tls;
