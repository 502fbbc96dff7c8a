//! Code that the hub and the agent share at run time: the process and its settings, addresses of
//! hubs, TLS, WebSocket fragments, facts about the machine, and text from other parties.
//!
//! `settings_report` depends on `text`; no other module depends on another one.

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
