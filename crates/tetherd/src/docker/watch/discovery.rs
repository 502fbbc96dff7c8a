//! Finds the engines that one part of `DOCKER_HOST` means at this moment.

use std::fmt;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use glob::{MatchOptions, Pattern, glob_with};

use crate::docker::api::endpoint::Endpoint;
use crate::docker::api::tls::Certificates;

/// The number of sockets of one pattern that are watched. A pattern that matches more is a mistake.
const MOST: usize = 64;

/// `*` is a part of one name and no hidden file, as in a shell.
const AS_IN_A_SHELL: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// The location of engines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineLocation {
    /// One engine, whether it is there or not.
    Fixed(Endpoint),
    /// Every socket whose path matches, as they come and go.
    Pattern(String),
}

/// A file as the kernel knows it, by whatever path.
type Identity = (u64, u64);

impl EngineLocation {
    /// The same location, over TLS if `tcp://` leads to it.
    #[must_use]
    pub fn with_tls(self, certificates: &Certificates) -> Self {
        match self {
            Self::Fixed(endpoint) => Self::Fixed(endpoint.with_tls(certificates)),
            Self::Pattern(pattern) => Self::Pattern(pattern),
        }
    }

    /// The address with its port, and whether TLS is used.
    pub(crate) fn in_force(&self) -> String {
        match self {
            Self::Fixed(endpoint) => endpoint.in_force(),
            Self::Pattern(_) => self.to_string(),
        }
    }

    /// True if engines here are reached over TLS.
    pub(crate) fn uses_tls(&self) -> bool {
        matches!(self, Self::Fixed(endpoint) if endpoint.uses_tls())
    }

    /// Checks whether it can ever be reached.
    ///
    /// # Errors
    /// If its certificates are of no use.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Fixed(endpoint) => endpoint.check(),
            Self::Pattern(_) => Ok(()),
        }
    }
}

/// The engines at these locations now, in their order and each once, whatever its paths.
pub fn present(locations: &[EngineLocation]) -> Vec<Endpoint> {
    let mut seen: Vec<Identity> = Vec::new();
    // A socket that has a location of its own is no pattern's.
    for location in locations {
        if let EngineLocation::Fixed(endpoint) = location {
            seen.extend(endpoint.socket().and_then(identity));
        }
    }
    let mut all: Vec<Endpoint> = Vec::new();
    for location in locations {
        match location {
            EngineLocation::Fixed(endpoint) if all.iter().any(|one| one.is_like(endpoint)) => {}
            EngineLocation::Fixed(endpoint) => all.push(endpoint.clone()),
            EngineLocation::Pattern(pattern) => {
                let found = sockets(pattern).into_iter().filter(|(_, identity)| {
                    let new = !seen.contains(identity);
                    seen.push(*identity);
                    new
                });
                all.extend(found.map(|(path, _)| Endpoint::unix(path)));
            }
        }
    }
    all
}

/// The message that there is no engine at any of these locations.
pub fn nowhere(locations: &[EngineLocation]) -> String {
    let locations: Vec<String> = locations.iter().map(ToString::to_string).collect();
    format!(
        "there is no socket at {} now: start Docker, or correct DOCKER_HOST",
        locations.join(", ")
    )
}

/// The sockets that match, sorted by path.
fn sockets(pattern: &str) -> Vec<(PathBuf, Identity)> {
    let paths = glob_with(pattern, AS_IN_A_SHELL).into_iter().flatten();
    // A folder that cannot be read has no sockets for us.
    let paths = paths.filter_map(Result::ok);
    let sockets = paths.filter_map(|path| Some((identity(&path)?, path)));
    sockets
        .map(|(identity, path)| (path, identity))
        .take(MOST)
        .collect()
}

fn identity(path: &Path) -> Option<Identity> {
    let file = fs::metadata(path).ok()?;
    file.file_type()
        .is_socket()
        .then(|| (file.dev(), file.ino()))
}

impl FromStr for EngineLocation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.strip_prefix("unix://") {
            Some(path) if path.starts_with('/') && path.contains(['*', '?', '[']) => {
                if path.contains('#') {
                    return Err(format!(
                        "`{text}`: an address after # is that of one engine, and a pattern may mean \
                         several: name the sockets"
                    ));
                }
                Pattern::new(path).map_err(|error| format!("`{text}` is no pattern: {error}"))?;
                Ok(Self::Pattern(path.to_owned()))
            }
            _ => Ok(Self::Fixed(text.parse()?)),
        }
    }
}

impl fmt::Display for EngineLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(endpoint) => endpoint.fmt(f),
            Self::Pattern(pattern) => write!(f, "unix://{pattern}"),
        }
    }
}

#[cfg(test)]
mod tests;
