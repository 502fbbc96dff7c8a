# The tasks of this repository. Each does its own set-up, and skips what is already done.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-matrix soak check docs bench web traefik packages clean

# Some users' path lacks sbin, the folder of dockerd.
export PATH := $(PATH):/usr/sbin:/sbin

WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*')
WEB_MODULES := web/node_modules/.package-lock.json
BROWSER_MODULES := tests/harness/browser/node_modules/.package-lock.json

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: web traefik ## Try it: hub, simulated Docker hosts, Traefik, dashboard
	cargo run --profile demo -p tether --features demo -- demo

test: packages web traefik $(BROWSER_MODULES) ## Run all tests, with real Docker, Traefik and browser where available
	cargo test --workspace --exclude tether-tests --features tether/demo
	cd web && npm test
	@# One at a time: some measure times, and an engine, a Traefik and a browser fill two cores.
	RUST_LIB_BACKTRACE=0 cargo test -p tether-tests -- --test-threads=1

test-matrix: .venv/matrix/.fetched ## Compare schema, validation and verdicts with older versions of Traefik
	RUST_LIB_BACKTRACE=0 cargo test -p tether-tests --test matrix --test tests -- --ignored --test-threads=1

soak: ## Run long random sequences on simulated engines, from a new seed each time
	@seed=$${SEQUENCES_SEED:-$$(date +%s)}; echo "SEQUENCES_SEED=$$seed"; \
	SEQUENCES_SEED=$$seed SEQUENCES=$${SEQUENCES:-100000} cargo test -p tetherd -p tether --test tests sequences

check: web ## Check format, lints, dependencies and the dashboard's types
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy -p tether --features demo -- -D warnings
	scripts/deny.sh
	cd web && npm run check

docs: ## Build the book into target/book
	scripts/mdbook.sh

bench: export CRITERION_HOME := $(CURDIR)/target/criterion
bench: packages web traefik ## Measure size, memory, requests per second, time to the route and to Traefik's verdict, a large agent, a thousand agents
	cargo bench -p tether-tests --bench footprint --bench throughput --bench latency --bench gateways --bench agent --bench storm
	cargo bench -p traefik-config --bench labels
	cargo bench -p tether --bench merge

web: web/dist/index.html ## Build the dashboard

traefik: .venv/bin/traefik ## Fetch the official Traefik

clean: ## Remove everything that was built or fetched
	rm -rf target .venv web/dist web/node_modules tests/harness/browser/node_modules

packages:
	@scripts/packages.sh

web/dist/index.html: $(WEB_MODULES) $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

# npm writes this file at the end of an install, so it exists only if the install was complete.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	cd $* && npm ci --no-audit --no-fund
	@touch $@

.venv/matrix/.fetched: .venv/bin/traefik scripts/requirements-matrix.txt scripts/matrix.sh
	scripts/matrix.sh
	@touch $@

.venv/bin/traefik: scripts/requirements.txt scripts/traefik.sh
	scripts/traefik.sh
	@touch $@
