//! The rows of gateways, and their parts in the rows of routes.

use std::sync::Arc;

use crate::compile::MergedElement;
use crate::dashboard::state::{GatewayRow, GatewayState, RouteStatus, RouterStatus};
use crate::gateways::{self, GatewayView, Status};

/// The row of a gateway.
pub(super) fn row(view: &GatewayView) -> GatewayRow {
    GatewayRow {
        name: view.name.clone(),
        env: view.env.clone(),
        version: view.version.clone(),
        state: match view.state {
            gateways::GatewayState::Unknown => GatewayState::Unknown,
            gateways::GatewayState::Current => GatewayState::Current,
            gateways::GatewayState::Waiting => GatewayState::Waiting,
            gateways::GatewayState::Behind => GatewayState::Behind,
            gateways::GatewayState::Unreachable => GatewayState::Unreachable,
        },
        snapshot: view.snapshot,
        note: view.note.as_ref().map(|note| note.message.clone()),
    }
}

/// What a gateway does with a router.
pub(super) fn status(view: &GatewayView, router: &Arc<MergedElement>) -> RouteStatus {
    let verdict = view.verdicts.of(router);
    // Before its first look a gateway is not known to lack anything.
    let unjudged = match view.state {
        gateways::GatewayState::Unknown | gateways::GatewayState::Unreachable => {
            RouterStatus::Unknown
        }
        _ => RouterStatus::Waiting,
    };
    RouteStatus {
        gateway: view.name.clone(),
        status: match verdict.map(|verdict| verdict.status) {
            Some(Status::Enabled) => RouterStatus::Enabled,
            Some(Status::Warning) => RouterStatus::Warning,
            Some(Status::Disabled) => RouterStatus::Disabled,
            Some(Status::Waiting) | None => unjudged,
        },
        errors: verdict
            .map(|verdict| verdict.errors.clone())
            .unwrap_or_default(),
    }
}

/// The names of the gateways whose health check of this server fails.
pub(super) fn down_at(
    gateways: &[&Arc<GatewayView>],
    service: &Arc<MergedElement>,
    address: &str,
) -> Vec<String> {
    let down = |view: &&&Arc<GatewayView>| {
        let verdict = view.verdicts.of(service);
        verdict.is_some_and(|verdict| verdict.down.iter().any(|down| down == address))
    };
    let gateways = gateways.iter().filter(down);
    gateways.map(|view| view.name.clone()).collect()
}
