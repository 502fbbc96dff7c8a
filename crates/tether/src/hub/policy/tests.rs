use super::*;
use crate::gateways::{EntryPoint, GatewayState, GatewayView};

fn observed(version: &str) -> Observed {
    let point = EntryPoint {
        name: "websecure".to_owned(),
        port: Some(443),
        udp: false,
        tls: true,
        router_tls: None,
        default: true,
    };
    let view = GatewayView {
        name: "a".to_owned(),
        env: "default".to_owned(),
        state: GatewayState::Unknown,
        version: Some(version.to_owned()),
        snapshot: None,
        was_empty: false,
        note: None,
        entry_points: [point].into(),
        files: Arc::default(),
        verdicts: Arc::default(),
    };
    Observed {
        gateways: vec![Arc::new(view)],
        ..Observed::default()
    }
}

#[test]
fn without_gateways_it_is_that_of_the_settings() {
    let settings = Settings::default();
    let policy = PolicySource::of(&settings).policy(&Observed::default());
    assert_eq!(policy, Policy::default());
}

#[test]
fn what_is_not_set_comes_from_the_gateways() {
    let source = PolicySource::of(&Settings::default());
    let policy = source.policy(&observed("3.3.6"));
    assert_eq!(policy.default_entry_points, ["websecure"]);
    assert_eq!(policy.traefik.to_string(), "3.3");
}

#[test]
fn what_is_set_stays() {
    let source = PolicySource::of(&Settings {
        default_entrypoints: vec!["web".to_owned()],
        traefik_version: VersionSetting::Is("3.1".parse().unwrap()),
        ..Settings::default()
    });
    let policy = source.policy(&observed("3.3.6"));
    assert_eq!(policy.default_entry_points, ["web"]);
    assert_eq!(policy.traefik.to_string(), "3.1");
}

#[tokio::test]
async fn a_change_that_does_not_matter_is_none() {
    let source = PolicySource::of(&Settings::default());
    let (sender, mut receiver) = watch::channel(Arc::new(observed("3.3.6")));
    let first = source.policy(&receiver.borrow_and_update());
    sender.send_replace(Arc::new(observed("3.3.7")));
    {
        let next = source.changed(&first, &mut receiver);
        tokio::pin!(next);
        assert!(futures_util::poll!(&mut next).is_pending());
    }
    sender.send_replace(Arc::new(observed("3.4.0")));
    let next = source.changed(&first, &mut receiver).await;
    assert_eq!(next.traefik.to_string(), "3.4");
}
