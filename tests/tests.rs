//! The tests of whole paths: real sockets, a real Docker engine, a real Traefik, a real browser.

// Starts and stops the real programs, and waits for what they do.
mod harness;

// Reports which real programs this machine has.
mod parts;

// Requests through Traefik: which container answers, for each way to run hub, agent and container.
mod routing {
    // One service on two hosts, written differently.
    mod alike;

    // The hub and Traefik as containers on a worker's host, as in our compose files.
    mod gateway;

    // Services that nobody uses, and containers that run beside a service.
    mod left_out;

    // The operator's own file beside the labels.
    mod local_file;

    // Services made of others: members that come and go, and the port of a health check.
    mod members;

    // Servers at which nothing listens.
    mod unreachable;

    // What Traefik's own API says of the routes.
    mod traefik_api;

    // One host with hundreds of containers.
    mod many;

    // Names that mean another host's elements, the local file's, or Traefik's own.
    mod names;

    // Labels of our own for what Traefik reads from files only.
    mod own_labels;

    // A hub that watches its own host's Docker.
    mod own_agent;

    // A container is started, answered through Traefik, changed and removed.
    mod real_route;

    // Network modes, port bindings and labels, each with the container that answers.
    mod scenarios;

    // The first published set-up, word for word.
    mod seed;

    // Several hosts, several hubs, several Traefiks.
    mod several;

    // What is said about a route against what a request gets.
    mod truth;
}

// The kinds of engine, and what each does over a long life.
mod engines {
    // Every kind of address: sockets, patterns, TCP with TLS and without.
    mod addresses;

    // Restarts, renames, bursts, networks that come and go.
    mod engine_life;

    // Docker over TCP with certificates.
    mod engine_tls;

    // An engine on another machine than its agent.
    mod far;

    // Podman.
    mod podman;

    // Docker without root's rights.
    mod rootless;

    // Swarm services on one node and on three.
    mod swarm;
}

// Failures: a process dies, a link breaks, a host leaves, a user makes a mistake.
mod faults {
    // Mistakes in labels, and the problems that report them.
    mod bad_input;

    // Agents that reach the hub through the Traefik that it feeds.
    mod gateway_reboot;

    // APIs of gateways that lie.
    mod hostile_api;

    // A hub or an agent is killed and comes back, and requests do not fail.
    mod hub_restart;

    // One engine under two names: a host that is renamed, a machine that is a copy.
    mod identity;

    // A host is taken out for good.
    mod leaving;

    // Links between hosts and hub are cut and mended.
    mod links;

    // A host dies, and another one takes its service over.
    mod takeover;
}

// The interfaces: HTTP endpoints, dashboard, commands, logs and documents.
mod surface {
    // `/config` and the probes.
    mod config_endpoint;

    // The dashboard in a browser.
    mod dashboard;

    // `tether demo`, as a new user runs it.
    mod demo;

    // The documents against the programs that they describe.
    mod docs;

    // The commands that ask a running agent or hub.
    pub(crate) mod explain;

    // The agent's log on a busy day.
    mod quiet;

    // Every setting of both programs: value in force and source.
    mod settings;
}

// Our reading of labels and rules against the real Traefik's. `make test-matrix` adds the older
// versions of Traefik, in a binary of its own: `conformance/matrix/`.
mod conformance {
    // All elements of some 2,500 containers, against Traefik's own Docker provider.
    mod differential;

    // 6,000 rules.
    mod rules;

    // 3,000 middlewares.
    mod values;
}
