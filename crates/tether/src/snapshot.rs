//! What the hub serves now: merges in, immutable bytes out.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use sha2::{Digest, Sha256};

use crate::agent_id::AgentId;
use crate::document::{document, to_json, to_yaml};
use crate::fleet::Generation;
use crate::merge::Merged;

/// Everything that follows from the agents' last words.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Rises whenever an environment's configuration changes.
    pub version: u64,
    /// Whether `/config` is answered.
    pub ready: bool,
    /// The agents that are waited for until then.
    pub awaited: Vec<String>,
    /// By environment.
    pub environments: BTreeMap<String, Arc<Environment>>,
    /// The word of each agent that is in: its session and number.
    pub applied: BTreeMap<AgentId, (Generation, u64)>,
}

/// One environment: its merge and the configuration that comes of it.
#[derive(Debug)]
pub struct Environment {
    /// The merge.
    pub merged: Merged,
    /// The configuration.
    pub config: Config,
}

/// A configuration in the forms in which it is asked for.
#[derive(Debug)]
pub struct Config {
    /// As JSON.
    pub json: Bytes,
    /// The JSON's digest, quoted as HTTP wants it; equal on every hub with the same agents.
    pub etag: String,
    yaml: OnceLock<(Bytes, String)>,
}

impl Environment {
    /// The configuration of this merge.
    pub fn new(merged: Merged) -> Self {
        let json = Bytes::from(to_json(&document(&merged)));
        let etag = etag(&json);
        Self {
            merged,
            config: Config {
                json,
                etag,
                yaml: OnceLock::new(),
            },
        }
    }

    /// The configuration as YAML, with its ETag; made when it is first asked for.
    pub fn yaml(&self) -> &(Bytes, String) {
        self.config.yaml.get_or_init(|| {
            let yaml = Bytes::from(to_yaml(&document(&self.merged)));
            let etag = etag(&yaml);
            (yaml, etag)
        })
    }
}

fn etag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"")
}
