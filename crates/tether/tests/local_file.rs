//! The hub's local file, on a real disk: written, renamed, swapped, broken and repaired while the
//! hub runs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tether::settings::{Settings, Wait};

use crate::support::{Agent, TestHub, hello, router, routes};

/// A hub with this local file that waits for no agent.
async fn hub(config: &Path) -> TestHub {
    TestHub::start(settings(config)).await
}

fn settings(config: &Path) -> Settings {
    Settings {
        config: Some(config.to_owned()),
        startup_wait: Wait::For(Duration::ZERO),
        ..Settings::default()
    }
}

fn yaml(host: &str) -> String {
    format!(
        "http:\n  routers:\n    file: {{ rule: Host(`{host}`), service: file }}\n  services:\n    \
         file: {{ loadBalancer: {{ servers: [ {{ url: http://10.9.9.9 }} ] }} }}\n"
    )
}

/// As editors and people who know do it: written beside it, then renamed.
fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}

fn rule(config: &Value) -> &str {
    config["http"]["routers"]["file"]["rule"]
        .as_str()
        .unwrap_or_default()
}

fn problems(state: &Value) -> Vec<String> {
    let problems = state["problems"].as_array().into_iter().flatten();
    let line = |problem: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        format!(
            "{} {}",
            text(&problem["origin"]["file"]),
            text(&problem["message"])
        )
    };
    problems.map(line).collect()
}

impl TestHub {
    async fn rule_is(&self, host: &str) {
        let wanted = format!("Host(`{host}`)");
        self.config_until(|config| rule(config) == wanted).await;
    }

    /// Waits until just one problem is there, which has these words.
    async fn has_problem(&self, words: &str) {
        self.problems_until(|all| matches!(all, [one] if one.contains(words)))
            .await;
    }

    async fn problems_until(&self, wanted: impl Fn(&[String]) -> bool) {
        self.state_until(|state| wanted(&problems(state))).await;
    }
}

#[tokio::test]
async fn a_hub_with_a_file_only_answers_at_once_if_told_to_wait_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dynamic.yml");
    fs::write(&path, yaml("a.example")).unwrap();
    let hub = hub(&path).await;
    // The first answer of all has the file's routes.
    assert_eq!(rule(&hub.config().await), "Host(`a.example`)");
    // People are told after Traefik.
    let file = json!({ "file": "dynamic.yml" });
    hub.state_until(|state| {
        let route = &state["routes"][0];
        route["origins"] == json!([file])
            && route["servers"][0]["origin"] == file
            && state["problems"] == json!([])
    })
    .await;
}

#[tokio::test]
async fn a_broken_file_costs_nothing_that_was_good() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dynamic.yml");
    fs::write(&path, yaml("a.example")).unwrap();
    let hub = hub(&path).await;
    hub.rule_is("a.example").await;

    replace(&path, "http:\n  routers: [\n");
    hub.has_problem("dynamic.yml line 3, column 1: ").await;
    assert_eq!(rule(&hub.config().await), "Host(`a.example`)");

    replace(
        &path,
        &yaml("b.example").replace("service: file", "servic: file"),
    );
    hub.has_problem("field `servic`: Traefik has no such field")
        .await;
    assert_eq!(rule(&hub.config().await), "Host(`a.example`)");

    fs::remove_file(&path).unwrap();
    hub.has_problem("is gone; its last good content is served")
        .await;
    assert_eq!(rule(&hub.config().await), "Host(`a.example`)");

    fs::write(&path, yaml("b.example")).unwrap();
    hub.rule_is("b.example").await;
    hub.problems_until(<[String]>::is_empty).await;

    fs::write(&path, "").unwrap();
    hub.config_until(|config| *config == json!({})).await;
}

#[tokio::test]
async fn a_file_that_is_bad_at_the_start_costs_no_agent_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dynamic.json");
    fs::write(&path, "{ \"http\": ").unwrap();
    let hub = hub(&path).await;
    hub.has_problem("nothing of this file is served").await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    hub.config_until(|config| config["http"]["routers"]["web"].is_object())
        .await;
    replace(&path, "{}");
    hub.problems_until(<[String]>::is_empty).await;
}

#[tokio::test]
async fn a_file_that_was_named_has_to_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later").join("dynamic.toml");
    let hub = hub(&path).await;
    hub.has_problem("dynamic.toml does not exist: create it")
        .await;
    assert_eq!(hub.config().await, json!({}));
    fs::create_dir(path.parent().unwrap()).unwrap();
    fs::write(
        &path,
        "[http.routers.file]\nrule = 'Host(`a.example`)'\nservice = 'x@internal'\n",
    )
    .unwrap();
    hub.rule_is("a.example").await;
    hub.problems_until(<[String]>::is_empty).await;

    let nobody = TestHub::start(Settings::default()).await;
    let state: Value = serde_json::from_slice(&nobody.get("/api/state").await.body).unwrap();
    assert_eq!(state["problems"], json!([]), "the usual place may be empty");
}

/// A config map as Kubernetes mounts it: links to links, all swapped by one rename.
struct ConfigMap(PathBuf);

impl ConfigMap {
    fn write(&self, version: &str, text: &str) {
        let data = format!("..{version}");
        fs::create_dir(self.0.join(&data)).unwrap();
        fs::write(self.0.join(&data).join("dynamic.yml"), text).unwrap();
        symlink(&data, self.0.join("..data_tmp")).unwrap();
        fs::rename(self.0.join("..data_tmp"), self.0.join("..data")).unwrap();
        let link = self.0.join("dynamic.yml");
        if !link.is_symlink() {
            symlink("..data/dynamic.yml", link).unwrap();
        }
    }
}

#[tokio::test]
async fn a_config_map_is_followed_as_a_file_and_as_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    let map = ConfigMap(folder.path().to_owned());
    map.write("2026_01", &yaml("a.example"));
    let file = hub(&folder.path().join("dynamic.yml")).await;
    let directory = hub(folder.path()).await;
    file.rule_is("a.example").await;
    directory.rule_is("a.example").await;
    map.write("2026_02", &yaml("b.example"));
    file.rule_is("b.example").await;
    directory.rule_is("b.example").await;
    // Hidden files are not read a second time.
    directory.problems_until(<[String]>::is_empty).await;
}

#[tokio::test]
async fn a_directory_is_read_with_all_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("sub")).unwrap();
    fs::write(path.join("b.yml"), yaml("b.example")).unwrap();
    fs::write(
        path.join("sub/c.json"),
        r#"{"http":{"middlewares":{"c":{"compress":{}}}}}"#,
    )
    .unwrap();
    fs::write(path.join("notes.txt"), "not ours").unwrap();
    fs::write(path.join(".hidden.yml"), "[").unwrap();
    let hub = hub(path).await;
    hub.rule_is("b.example").await;
    assert!(hub.config().await["http"]["middlewares"]["c"].is_object());

    fs::write(path.join("a.yml"), yaml("a.example")).unwrap();
    hub.rule_is("a.example").await;
    hub.problems_until(|all| {
        let words = "b.yml http router `file` is defined differently in `a.yml`";
        all.iter().any(|one| one.contains(words))
    })
    .await;

    fs::remove_file(path.join("a.yml")).unwrap();
    hub.rule_is("b.example").await;
    fs::write(path.join("b.yml"), "]").unwrap();
    replace(&path.join("sub/c.json"), "{}");
    hub.config_until(|config| {
        config["http"]["middlewares"].is_null() && rule(config) == "Host(`b.example`)"
    })
    .await;
    hub.has_problem("b.yml line 1").await;
}

#[tokio::test]
async fn the_file_comes_before_agents_and_hosts_may_refer_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dynamic.yml");
    fs::write(&path, "http: { middlewares: { auth: { compress: {} } } }").unwrap();
    let hub = TestHub::start(Settings {
        config: Some(path.clone()),
        config_env: vec!["staging".to_owned()],
        ..Settings::default()
    })
    .await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    let mut web = router("web");
    web.elements[0].body["middlewares"] = json!(["auth"]);
    agent.tell(1, routes(&[web])).await;
    let middlewares = |config: &Value| config["http"]["routers"]["web"]["middlewares"].clone();
    // The file is another environment's.
    hub.config_until(|config| middlewares(config) == json!(["auth@unresolved"]))
        .await;
    let staging = hub.get("/config?env=staging").await;
    assert_eq!(staging.status, StatusCode::OK);
    assert!(staging.text().contains("auth"));

    let both = TestHub::start(Settings {
        config: Some(path),
        config_env: vec!["*".to_owned()],
        ..Settings::default()
    })
    .await;
    let mut agent = Agent::connect(&both, hello("a", Some(&["a"]))).await;
    let mut web = router("web");
    web.elements[0].body["middlewares"] = json!(["auth"]);
    agent.tell(1, routes(&[web])).await;
    both.config_until(|config| middlewares(config) == json!(["auth"]))
        .await;
}

#[tokio::test]
async fn what_is_no_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.yml");
    fs::write(&large, " ".repeat(9 * 1024 * 1024)).unwrap();
    let other = folder.path().join("dynamic.conf");
    fs::write(&other, "").unwrap();
    let device = folder.path().join("device.yml");
    symlink("/dev/zero", &device).unwrap();
    for (path, words) in [
        (large, "large.yml cannot be used: it is larger than 8 MiB"),
        (
            other,
            "its name must end in one of .yml, .yaml, .json, .toml",
        ),
        (device, "it is neither a file nor a directory"),
    ] {
        hub(&path).await.has_problem(words).await;
    }
}
