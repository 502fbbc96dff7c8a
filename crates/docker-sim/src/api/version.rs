//! Checks the API version in a path and removes it: `/v1.47/info` → `/info`.

use axum::http::Uri;

use super::error::ApiError;
use crate::info::{API_VERSION, MIN_API_VERSION};

/// Fails if the version is not supported; a path without a version stays as it is.
pub(super) fn strip_version(uri: &Uri) -> Result<Uri, ApiError> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let versioned = path
        .strip_prefix("/v")
        .and_then(|path| path.split_once('/'));
    let Some((version, rest)) = versioned else {
        return Ok(uri.clone());
    };
    let (Some(requested), Some(newest), Some(oldest)) = (
        numbers(version),
        numbers(API_VERSION),
        numbers(MIN_API_VERSION),
    ) else {
        return Ok(uri.clone());
    };
    if requested > newest {
        return Err(ApiError::bad_request(format!(
            "client version {version} is too new. Maximum supported API version is {API_VERSION}"
        )));
    }
    if requested < oldest {
        return Err(ApiError::bad_request(format!(
            "client version {version} is too old. Minimum supported API version is \
             {MIN_API_VERSION}, please upgrade your client to a newer version"
        )));
    }
    format!("/{rest}")
        .parse()
        .map_err(|_| ApiError::bad_request(format!("invalid path: {path}")))
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
