//! An operator's word that a lost agent does not come back in, its routes out.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tether_proto::DEFAULT_ENV;

use super::csrf::{is_own_page, not_own_page};
use crate::fleet::{AgentId, ForgetError};
use crate::hub::Hub;

/// What `POST /api/forget` takes.
#[derive(Deserialize)]
pub struct Forget {
    /// The agent's name.
    agent: String,
    /// Its environment.
    #[serde(default = "default_env")]
    env: String,
}

/// `POST /api/forget`: only what another site's page cannot send is heard.
pub async fn forget(
    State(hub): State<Hub>,
    headers: HeaderMap,
    Json(wish): Json<Forget>,
) -> Response {
    if !is_own_page(&headers) {
        return not_own_page();
    }
    // A name that no agent may have is nobody's.
    let id = AgentId::new(&wish.env, &wish.agent).map_err(|_| ForgetError::Nobody);
    match id.and_then(|id| hub.forget(&id)) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(ForgetError::Live) => (
            StatusCode::CONFLICT,
            "this agent is connected, and would be back at once: drain its host with `tetherd \
             drain`, or stop tetherd there\n",
        )
            .into_response(),
        Err(ForgetError::Nobody) => (
            StatusCode::NOT_FOUND,
            "there is no such agent: it may be gone already\n",
        )
            .into_response(),
    }
}

fn default_env() -> String {
    DEFAULT_ENV.to_owned()
}
