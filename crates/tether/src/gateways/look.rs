//! One look at a gateway: reads its API within a limit of time and size.
//!
//! `/api/rawdata` has everything in one answer. The lists of routers, services and middlewares have
//! the same, but in eight answers, between which Traefik may apply another configuration.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;
use traefik_config::Key;

use super::api::{self, Version};
use super::gateway::{ADDRESS, Gateway};
use super::judge::Look;
use super::view::EntryPoint;
use crate::blocking::offload_if_large;

/// The limit for one look.
const LOOK_LIMIT: Duration = Duration::from_secs(5);

/// The largest `/api/rawdata`; a thousand routers take 1 MB.
const RAWDATA_MAX_BYTES: usize = 32 * 1024 * 1024;

/// The largest answer to other requests.
const ANSWER_MAX_BYTES: usize = 1024 * 1024;

/// A digest of an answer.
type Digest = [u8; 32];

/// Remembers the last look, since most looks find nothing new.
#[derive(Debug, Default)]
pub(super) struct Looker {
    version: Option<Version>,
    entry_points: Arc<[EntryPoint]>,
    files: Arc<BTreeSet<Key>>,
    digest: Option<Digest>,
}

/// What a look finds.
#[derive(Debug)]
pub(super) struct Found {
    /// The version of Traefik.
    pub(super) version: String,
    /// True if the process is another one than at the last look.
    pub(super) restarted: bool,
    /// The elements; none if they are the same as at the last look.
    pub(super) look: Option<Look>,
    /// The entry points.
    pub(super) entry_points: Arc<[EntryPoint]>,
    /// The elements of its own file provider.
    pub(super) files: Arc<BTreeSet<Key>>,
}

impl Looker {
    /// Reads a gateway's API.
    ///
    /// # Errors
    /// The cause and the remedy.
    pub(super) async fn look(&mut self, gateway: &Gateway) -> anyhow::Result<Found> {
        let server = &gateway.server;
        timeout(LOOK_LIMIT, self.read(gateway))
            .await
            .map_err(|_| anyhow!("{server} takes longer than {LOOK_LIMIT:?} to answer"))?
    }

    /// Forgets the elements, so that the next look returns them.
    pub(super) fn forget(&mut self) {
        self.digest = None;
    }

    async fn read(&mut self, gateway: &Gateway) -> anyhow::Result<Found> {
        let no_traefik = || {
            format!(
                "{} does not answer like Traefik's API: check {ADDRESS}",
                gateway.server
            )
        };
        let mut connection = gateway.connect().await?;
        let version = connection.get("/api/version", ANSWER_MAX_BYTES).await?;
        let version = api::version(&version).with_context(no_traefik)?;
        let restarted = self.version.as_ref() != Some(&version);
        if restarted {
            let path = "/api/entrypoints?per_page=1000";
            let body = connection.get(path, ANSWER_MAX_BYTES).await?;
            self.entry_points = api::entry_points(&body).with_context(no_traefik)?;
            self.digest = None;
        }
        let body = connection.get("/api/rawdata", RAWDATA_MAX_BYTES).await?;
        let (last, bytes) = (self.digest, body.len());
        let decode = move || {
            let digest: Digest = Sha256::digest(&body).into();
            let decoded = (last != Some(digest)).then(|| api::elements(&body));
            (digest, decoded)
        };
        let (digest, decoded) = offload_if_large(bytes, decode).await;
        let look = match decoded {
            Some(decoded) => {
                let decoded = decoded.with_context(no_traefik)?;
                if *self.files != decoded.files {
                    self.files = Arc::new(decoded.files);
                }
                Some(Look {
                    elements: decoded.elements,
                    entry_points: Arc::clone(&self.entry_points),
                })
            }
            None => None,
        };
        self.digest = Some(digest);
        self.version = Some(version.clone());
        Ok(Found {
            version: version.version,
            restarted,
            look,
            files: Arc::clone(&self.files),
            entry_points: Arc::clone(&self.entry_points),
        })
    }
}
