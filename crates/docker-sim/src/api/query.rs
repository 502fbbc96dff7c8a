//! Reads the query parameters of requests.

use serde::Deserialize;

use super::error::ApiError;
use crate::filters::Filters;
use crate::time::parse_stamp;

/// The filters of a list. A real engine has more; it too rejects unknown ones.
const LIST_FILTERS: [&str; 6] = ["health", "id", "label", "name", "network", "status"];

/// The values of the filter `status`.
const STATES: [&str; 7] = [
    "created",
    "restarting",
    "running",
    "removing",
    "paused",
    "exited",
    "dead",
];

/// The parameters of all requests.
#[derive(Debug, Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    all: String,
    filters: Option<String>,
    limit: Option<String>,
    since: Option<String>,
    until: Option<String>,
}

impl Params {
    /// True for `all`, parsed as Docker parses truth values.
    pub(super) fn all(&self) -> bool {
        let all = self.all.trim().to_lowercase();
        !["", "0", "no", "false", "none"].contains(&all.as_str())
    }

    /// The filters of an event stream.
    pub(super) fn filters(&self) -> Result<Filters, ApiError> {
        Filters::parse(self.filters.as_deref())
            .map_err(|error| ApiError::bad_request(format!("invalid filters: {error}")))
    }

    /// The filters of a list.
    pub(super) fn list_filters(&self) -> Result<Filters, ApiError> {
        let filters = self.filters()?;
        if let Some(unknown) = filters.names().find(|name| !LIST_FILTERS.contains(name)) {
            return Err(ApiError::bad_request(format!("invalid filter '{unknown}'")));
        }
        let mut statuses = filters.values("status").iter();
        if let Some(unknown) = statuses.find(|status| !STATES.contains(&status.as_str())) {
            let message = format!("invalid filter 'status={unknown}'");
            return Err(ApiError::bad_request(message));
        }
        Ok(filters)
    }

    /// The most containers to list; 0 means no limit.
    pub(super) fn limit(&self) -> Result<Option<usize>, ApiError> {
        let Some(text) = self.limit.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let limit = text
            .parse()
            .map_err(|_| ApiError::bad_request(format!("invalid limit: {text}")))?;
        Ok(Some(limit).filter(|limit| *limit > 0))
    }

    /// The start of an event stream, in nanoseconds; 0 means all remembered events.
    pub(super) fn since(&self) -> Result<Option<u64>, ApiError> {
        match self.since.as_deref() {
            Some("0") => Ok(Some(0)),
            since => stamp("since", since),
        }
    }

    /// The end of an event stream, in nanoseconds; 0 means none.
    pub(super) fn until(&self) -> Result<Option<u64>, ApiError> {
        stamp("until", self.until.as_deref())
    }
}

fn stamp(name: &str, text: Option<&str>) -> Result<Option<u64>, ApiError> {
    match text {
        None | Some("" | "0") => Ok(None),
        Some(text) => parse_stamp(text)
            .map(Some)
            .ok_or_else(|| ApiError::bad_request(format!("invalid value for {name}: {text}"))),
    }
}
