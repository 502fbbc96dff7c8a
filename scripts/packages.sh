#!/usr/bin/env bash
# Checks for the programs that the tests need besides the toolchains. As root on Debian it installs
# those that are missing, elsewhere it names them.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
need() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null || missing+=("$2")
}

need chromium chromium
need tar tar
if [ "$(uname)" = Linux ]; then
    need dockerd docker.io
    need docker docker.io
    need podman podman
    need runc runc
    need rootlesskit rootlesskit
    need slirp4netns slirp4netns
    need newuidmap uidmap
    need iptables iptables
    need ip iproute2
    need unshare util-linux
    need hostname hostname
    need mount mount
    # With AppArmor in the kernel Docker starts no container without its parser.
    if grep -qs Y /sys/module/apparmor/parameters/enabled; then
        need apparmor_parser apparmor
    fi
fi
[ ${#missing[@]} = 0 ] || scripts/install.sh "${missing[@]}"
