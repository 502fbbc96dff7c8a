//! Whole paths: real sockets, a real Docker engine, a real Traefik, a real browser.

// What the tests are made of.
mod harness;

// Which parts are real in this run.
mod parts;

// A container's way: started, answered through Traefik, changed, gone.
mod real_route;

// Network modes, port bindings and labels, each with who answers.
mod scenarios;

// What engines do in a long life: restarts, renames, bursts, other networks.
mod engine_life;

// Other engines than Docker's.
mod podman;

// Docker without root's rights.
mod rootless;

// Services of a swarm, on one node and on three.
mod swarm;

// An engine behind certificates.
mod engine_tls;

// A hub or an agent is killed and comes back: nobody notices.
mod hub_restart;

// Hub and Traefik in containers on one of the hosts, as in our compose files.
mod gateway;

// A host is taken out for good.
mod leaving;

// Several hosts, several hubs, several Traefiks.
mod several;

// One host with hundreds of containers.
mod many;

// The hub with an agent within.
mod own_agent;

// Hosts behind cables that are cut and mended.
mod links;

// The dashboard in a browser.
mod dashboard;

// The operator's own file beside the labels.
mod local_file;

// The set-up that the first users know, word for word.
mod seed;

// What people get wrong, and what they are told.
mod bad_input;

// What Traefik and orchestrators ask of the hub.
mod config_endpoint;

// Traefik's own reading of labels against ours, element by element.
mod differential;

// What the programs say of a running agent and a running hub.
mod explain;

// The agent's log on a busy day.
mod quiet;

// `tether demo`, as a new user runs it.
mod demo;

// Documents against the programs that they are about.
mod docs;

// Rules, as we read them and as Traefik does.
mod rules;
