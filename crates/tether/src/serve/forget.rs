//! `POST /api/forget`: removes a lost agent that does not come back.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tether_proto::DEFAULT_ENV;

use super::csrf::{is_own_page, not_own_page};
use crate::fleet::{AgentId, ForgetError};
use crate::hub::Hub;

/// The body of `POST /api/forget`.
#[derive(Deserialize)]
pub struct ForgetRequest {
    /// The agent's name.
    agent: String,
    /// Its environment.
    #[serde(default = "default_env")]
    env: String,
}

/// Removes a lost agent.
pub async fn forget(
    State(hub): State<Hub>,
    headers: HeaderMap,
    Json(request): Json<ForgetRequest>,
) -> Response {
    if !is_own_page(&headers) {
        return not_own_page();
    }
    // There is no agent with an invalid name.
    let id = AgentId::new(&request.env, &request.agent).map_err(|_| ForgetError::NotFound);
    match id.and_then(|id| hub.forget(&id)) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(ForgetError::Live) => (
            StatusCode::CONFLICT,
            "this agent is connected, and would be back at once: drain its host with `tetherd \
             drain`, or stop tetherd there\n",
        )
            .into_response(),
        Err(ForgetError::NotFound) => (
            StatusCode::NOT_FOUND,
            "there is no such agent: it may be gone already\n",
        )
            .into_response(),
    }
}

fn default_env() -> String {
    DEFAULT_ENV.to_owned()
}
