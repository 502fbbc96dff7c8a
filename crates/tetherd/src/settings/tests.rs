//! Command lines, and the settings or errors that they come to.

use std::net::IpAddr;

use ipnet::IpNet;

use super::*;

/// Variables are ignored: the machine that runs the tests may have some.
fn read(arguments: &[&str]) -> anyhow::Result<Cli> {
    let command = Cli::grammar().mut_args(|argument| argument.env(None::<&str>));
    command.clone().debug_assert();
    let matches = command.try_get_matches_from([&["tetherd"], arguments].concat())?;
    Ok(Cli::read(&matches)?)
}

fn parse(arguments: &[&str]) -> anyhow::Result<AgentConfig> {
    read(arguments)?.try_into()
}

#[test]
fn settings_stand_before_or_behind_the_command() {
    for arguments in [
        ["--docker-host", "tcp://h:1", "explain", "web"],
        ["explain", "web", "--docker-host", "tcp://h:1"],
        ["explain", "--docker-host", "tcp://h:1", "web"],
    ] {
        let cli = read(&arguments).unwrap();
        assert!(cli.engines_said);
        let Some(Command::Explain(explain)) = &cli.command else {
            panic!("{:?}", cli.command);
        };
        assert_eq!(explain.containers, ["web"]);
        let config = AgentConfig::try_from(cli.clone()).unwrap();
        assert_eq!(config.engines[0].to_string(), "tcp://h:1");
    }
    let cli = read(&["run", "--once"]).unwrap();
    assert!(matches!(cli.command, Some(Command::Run(run)) if run.once));
    assert!(!cli.engines_said);
    assert!(read(&["--once"]).is_err());
    let error = read(&["expalin"]).unwrap_err().to_string();
    assert!(error.contains("'explain'"), "{error}");
}

#[test]
fn nothing_said_is_the_seeds_set_up() {
    let config = parse(&[]).unwrap();
    assert_eq!(config.servers[0].to_string(), "http://127.0.0.1:3000");
    assert_eq!(config.engines[0].to_string(), "unix:///var/run/docker.sock");
    assert_eq!(config.environment, "default");
    assert!(!config.exposed_by_default);
    assert_eq!(
        config.default_rule.to_string(),
        "Host(`{{ normalize .Name }}`)"
    );
}

#[test]
fn lists_are_split_and_each_counts_once() {
    let config = parse(&[
        "--server",
        "http://a:1,https://b,http://a:1",
        "--docker-host",
        "tcp://h:2375,unix:///x",
    ])
    .unwrap();
    assert_eq!(config.servers.len(), 2);
    assert_eq!(config.engines.len(), 2);
    assert!(!config.drain_on_stop);
    assert!(parse(&["--drain-on-stop"]).unwrap().drain_on_stop);
}

#[test]
fn networks_are_read_as_people_write_them() {
    let cidr = |text: &str| parse(&["--cidr", text]).unwrap().networks;
    let texts = |networks: Vec<IpNet>| networks.iter().map(IpNet::to_string).collect::<Vec<_>>();
    assert_eq!(
        texts(cidr("10.0.0.7/8, fd00::/64")),
        ["10.0.0.0/8", "fd00::/64"]
    );
    assert_eq!(texts(cidr("192.168.1.7")), ["192.168.1.7/32"]);
    assert!(cidr("0.0.0.0/0")[0].contains(&IpAddr::from([1, 2, 3, 4])));
}

#[test]
fn wrong_settings_name_themselves() {
    let error = |arguments: &[&str]| parse(arguments).unwrap_err().to_string();
    assert!(error(&["--server", "http://a:1,"]).contains("write http://HUB:3000"));
    assert!(error(&["--server", "https://"]).contains("names no host"));
    assert!(error(&["--server", "hub"]).contains("write http://hub"));
    assert!(error(&["--sever", "x"]).contains("--server"));
    assert!(error(&["--host-ip", "a b"]).contains("--host-ip"));
    let network = error(&["--cidr", "10.0.0.0/33"]);
    assert!(network.contains("--cidr") && network.contains("192.168.1.0/24"));
    assert!(error(&["--token", "x", "--token-file", "/y"]).contains("remove one of them"));
    assert!(error(&["--token", "\u{fc}ber"]).contains("plain ASCII"));
    assert!(error(&["--docker-host", "ssh://me@host"]).contains("ssh"));
    let constraints = error(&["--constraints", "label(`a`, `b`)"]);
    assert!(
        constraints.contains("--constraints") && constraints.contains("did you mean `Label`"),
        "{constraints}"
    );
    let rule = error(&["--default-rule", "Host(`{{ normalise .Name }}`)"]);
    assert!(rule.contains("--default-rule"), "{rule}");
    assert!(
        rule.contains("at character 10: there is no function `normalise`"),
        "{rule}"
    );
}

#[test]
fn the_go_programs_flags_still_work() {
    let config = parse(&[
        "-s",
        "http://h:1",
        "-t",
        "x",
        "--ip",
        "10.0.0.1",
        "--environment",
        "lab",
        "-d",
    ]);
    assert_eq!(config.unwrap().environment, "lab");
}

#[test]
fn an_engine_is_spoken_to_in_tls_only_where_that_is_asked_for() {
    let tls = |arguments: &[&str]| {
        let identity = read(arguments).unwrap().identity;
        identity.docker_tls_verify == Some(true)
    };
    assert!(!tls(&[]));
    assert!(!tls(&["--docker-host", "tcp://socket-proxy:2375"]));
    assert!(tls(&["--docker-tls-verify"]));
    // As in Docker's own client, any value turns TLS on.
    assert!(tls(&["--docker-tls-verify=0"]));
    assert!(
        read(&["--docker-tls-verify", "explain"])
            .unwrap()
            .command
            .is_some()
    );
}
