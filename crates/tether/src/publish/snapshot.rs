//! What the hub serves now: merges in, immutable bytes out.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::HeaderValue;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::document::{to_json, to_yaml};
use crate::blocking::offload_if_large;
use crate::fleet::{AgentId, Generation};
use crate::merge::Merged;

/// Smaller bodies fit into one packet, so nothing is gained by gzip, in bytes.
const GZIP_FROM: usize = 1400;

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

/// A configuration in the forms in which it is asked for. All but JSON are made when they are
/// first asked for, once.
#[derive(Debug)]
pub struct Config {
    /// As JSON.
    pub json: Bytes,
    /// The JSON's digest, quoted as HTTP wants it; equal on every hub with the same agents.
    pub etag: HeaderValue,
    json_gzip: OnceCell<Option<Form>>,
    yaml: OnceCell<Form>,
    yaml_gzip: OnceCell<Option<Form>>,
}

/// How a configuration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// The bytes of a configuration in one form, and the ETag of just these.
#[derive(Debug, Clone)]
pub struct Form {
    /// The body.
    pub body: Bytes,
    /// Its ETag.
    pub etag: HeaderValue,
    /// Whether it is gzip.
    pub gzip: bool,
}

impl Snapshot {
    /// True if nobody could tell the two apart.
    pub fn is_same(&self, other: &Self) -> bool {
        self.version == other.version
            && self.ready == other.ready
            && self.awaited == other.awaited
            && self.applied == other.applied
            && self.environments.len() == other.environments.len()
            && self
                .environments
                .iter()
                .zip(&other.environments)
                .all(|(ours, theirs)| ours.0 == theirs.0 && Arc::ptr_eq(ours.1, theirs.1))
    }
}

impl Environment {
    /// The configuration of this merge.
    pub fn new(merged: Merged) -> Self {
        let json = Form::plain(to_json(&merged));
        Self {
            merged,
            config: Config {
                json: json.body,
                etag: json.etag,
                json_gzip: OnceCell::new(),
                yaml: OnceCell::new(),
                yaml_gzip: OnceCell::new(),
            },
        }
    }

    /// The configuration in this format; as gzip if that is wished and gains anything.
    pub async fn form(&self, format: Format, gzip: bool) -> Form {
        match format {
            Format::Json => self.json(gzip).await,
            Format::Yaml => self.yaml(gzip).await,
        }
    }

    async fn json(&self, gzip: bool) -> Form {
        let plain = Form {
            body: self.config.json.clone(),
            etag: self.config.etag.clone(),
            gzip: false,
        };
        zipped(&self.config.json_gzip, plain, gzip).await
    }

    async fn yaml(&self, gzip: bool) -> Form {
        let make = || async {
            let json = self.config.json.clone();
            Form::plain(offload_if_large(json.len(), move || to_yaml(&json)).await)
        };
        let plain = self.config.yaml.get_or_init(make).await.clone();
        zipped(&self.config.yaml_gzip, plain, gzip).await
    }
}

impl Form {
    fn plain(body: Vec<u8>) -> Self {
        let digest = Sha256::digest(&body);
        let hex: String = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
        Self {
            body: Bytes::from(body),
            etag: tag(&format!("\"{hex}\"")),
            gzip: false,
        }
    }
}

async fn zipped(cell: &OnceCell<Option<Form>>, plain: Form, wished: bool) -> Form {
    if !wished || plain.body.len() < GZIP_FROM {
        return plain;
    }
    let make = || async {
        let body = plain.body.clone();
        let gzip = offload_if_large(body.len(), move || gzip(&body)).await?;
        let plain_tag = plain.etag.to_str().unwrap_or_default();
        Some(Form {
            etag: tag(&format!("\"{}-gzip\"", plain_tag.trim_matches('"'))),
            body: Bytes::from(gzip),
            gzip: true,
        })
    };
    cell.get_or_init(make).await.clone().unwrap_or(plain)
}

/// None if it gains nothing. The same bytes on every hub of one version: no time, no name.
fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().filter(|gzip| gzip.len() < body.len())
}

fn tag(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("it is made of hex digits")
}
