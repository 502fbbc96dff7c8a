use super::*;

#[test]
fn a_port_of_the_previous_run_is_never_used_again() {
    let binding = |host_port| Binding {
        private: 80,
        protocol: Protocol::Tcp,
        host_ip: Ipv4Addr::UNSPECIFIED.into(),
        host_port,
        listens_at: None,
    };
    let all: Vec<Binding> = (0..=u16::MAX).map(binding).collect();
    let wanted = [Publish::tcp(80)];
    let mut ports = Ports::default();
    let refused = ports.publish(&wanted, &all, false, None).err().unwrap();
    assert!(
        refused.to_string().contains("no free tcp port"),
        "{refused}"
    );
    assert_eq!(ports.publish(&wanted, &[], false, None).unwrap().len(), 1);
}
