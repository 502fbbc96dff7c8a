//! Looks at each gateway again and again, and publishes what is found.
//!
//! Each gateway has a task of its own, with one look at a time, so that a slow gateway delays no
//! other one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use traefik_config::Problem;

use super::gateway::Gateway;
use super::observed::Observed;
use super::problems::problems;
use super::view::GatewayView;
use super::watcher::Watcher;
use crate::publish::Snapshot;

/// The number of views that wait for being published. A gateway's task waits beyond that.
const VIEWS_LIMIT: usize = 16;

type Snapshots = watch::Receiver<Arc<Snapshot>>;

/// Watches the gateways until `shutdown`, and calls `publish` with every change. An environment
/// that none of them reads is judged by the entry points of the settings.
pub async fn run(
    gateways: Vec<Gateway>,
    entry_points: BTreeMap<String, u16>,
    mut snapshots: Snapshots,
    publish: impl Fn(Observed),
    shutdown: CancellationToken,
) {
    let assumed = GatewayView::assumed(&entry_points);
    let (sender, mut views) = mpsc::channel(VIEWS_LIMIT);
    let mut observed = Observed::default();
    let mut tasks = JoinSet::new();
    for (at, gateway) in gateways.into_iter().enumerate() {
        observed.gateways.push(Arc::new(GatewayView::new(&gateway)));
        tasks.spawn(follow(at, gateway, snapshots.clone(), sender.clone()));
    }
    publish(observed.clone());
    loop {
        let mut changed = false;
        tokio::select! {
            Some((at, view)) = views.recv() => {
                observed.gateways[at] = view;
                changed = true;
            }
            // A verdict does not count for another definition.
            Ok(()) = snapshots.changed() => {}
            () = shutdown.cancelled() => return,
        }
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        let found = all_problems(&observed, &assumed, &snapshot);
        if *observed.problems != found {
            observed.problems = Arc::new(found);
            changed = true;
        }
        // Each wakes all sessions.
        if changed {
            publish(observed.clone());
        }
    }
}

/// The problems of each environment that has any.
fn all_problems(
    observed: &Observed,
    assumed: &GatewayView,
    snapshot: &Snapshot,
) -> BTreeMap<String, Vec<Problem>> {
    let mut by_env: BTreeMap<&str, Vec<&GatewayView>> = BTreeMap::new();
    for view in &observed.gateways {
        by_env.entry(&view.env).or_default().push(view);
    }
    for env in snapshot.environments.keys() {
        by_env.entry(env).or_insert_with(|| vec![assumed]);
    }
    let problems = by_env.into_iter().map(|(env, views)| {
        let environment = snapshot.environments.get(env);
        let merged = environment.map(|environment| &environment.merged);
        (env.to_owned(), problems(&views, merged))
    });
    problems
        .filter(|(_, problems)| !problems.is_empty())
        .collect()
}

/// Looks at one gateway until nobody is interested any more, and sends each view that differs from
/// the last one.
async fn follow(
    at: usize,
    gateway: Gateway,
    mut snapshots: Snapshots,
    views: mpsc::Sender<(usize, Arc<GatewayView>)>,
) {
    let mut watcher = Watcher::new(gateway, Instant::now());
    let mut last = None;
    loop {
        let delay = watcher.look(&mut snapshots).await;
        let view = watcher.view();
        if last.as_ref() != Some(&view) {
            last = Some(Arc::clone(&view));
            if views.send((at, view)).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = sleep(delay) => {}
            changed = snapshots.changed() => {
                if changed.is_err() {
                    return;
                }
                sleep(watcher.delay_after_change()).await;
            }
        }
    }
}
