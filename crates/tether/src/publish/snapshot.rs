//! The served configuration, as immutable bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::HeaderValue;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tether_runtime::hex;
use tokio::sync::OnceCell;

use super::document::{to_json, to_yaml};
use crate::blocking::offload_if_large;
use crate::fleet::{AgentId, Generation};
use crate::merge::Merged;

/// Smaller bodies fit into one packet, so gzip gains nothing.
const GZIP_MIN_BYTES: usize = 1400;

/// All that follows from the agents' newest routes.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Increases whenever an environment's configuration changes.
    pub version: u64,
    /// Whether `/config` is answered.
    pub ready: bool,
    /// The environments for which it is answered before that: the local file has routes in them, by
    /// which agents may come, and no Traefik has any to lose.
    pub early: BTreeSet<String>,
    /// The agents that are expected before the hub is ready, and after that did not come back.
    pub awaited: Vec<String>,
    /// By environment.
    pub environments: BTreeMap<String, Arc<Environment>>,
    /// For each agent the session and the number of the routes in this snapshot.
    pub applied: BTreeMap<AgentId, (Generation, u64)>,
}

/// One environment: its merge and the resulting configuration.
#[derive(Debug)]
pub struct Environment {
    /// The merge.
    pub merged: Merged,
    /// The configuration.
    pub config: Config,
}

/// A configuration in several forms. All but JSON are made on the first request for them.
#[derive(Debug)]
pub struct Config {
    /// In JSON.
    pub json: Bytes,
    /// The quoted digest of the JSON; equal on every hub with the same agents.
    pub etag: HeaderValue,
    json_gzip: OnceCell<Option<Form>>,
    yaml: OnceCell<Form>,
    yaml_gzip: OnceCell<Option<Form>>,
}

/// The format of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// A configuration in one form, with the ETag of this form.
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
    /// True if `/config` is answered for this environment, or says that it is not known.
    pub fn answers(&self, env: &str) -> bool {
        self.ready || self.early.contains(env)
    }

    /// True if both snapshots are indistinguishable.
    pub fn is_same(&self, other: &Self) -> bool {
        self.version == other.version
            && self.ready == other.ready
            && self.early == other.early
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

    /// The configuration in this format, compressed if that is wanted and makes it smaller.
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
        gzipped(&self.config.json_gzip, plain, gzip).await
    }

    async fn yaml(&self, gzip: bool) -> Form {
        let make = || async {
            let json = self.config.json.clone();
            Form::plain(offload_if_large(json.len(), move || to_yaml(&json)).await)
        };
        let plain = self.config.yaml.get_or_init(make).await.clone();
        gzipped(&self.config.yaml_gzip, plain, gzip).await
    }
}

impl Form {
    fn plain(body: Vec<u8>) -> Self {
        let digest = Sha256::digest(&body);
        let hex = hex::encode(&digest[..16]);
        Self {
            body: Bytes::from(body),
            etag: tag(&format!("\"{hex}\"")),
            gzip: false,
        }
    }
}

async fn gzipped(cell: &OnceCell<Option<Form>>, plain: Form, wanted: bool) -> Form {
    if !wanted || plain.body.len() < GZIP_MIN_BYTES {
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

/// Compresses a body, or returns none if that does not make it smaller. The result is the same on
/// every hub of one version, since it contains no time or name.
fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().filter(|gzip| gzip.len() < body.len())
}

fn tag(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("it is made of hex digits")
}
