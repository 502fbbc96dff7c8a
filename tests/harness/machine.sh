# The first process of a machine made of namespaces. All that was started in the machine ends with
# it, and it ends when its stdin is closed, so nothing is left when the tests are killed.
#
#   unshare … sh machine.sh FOLDER HOST_NAME [DAEMON…]
#
# On stdin: a line when the network is configured, then `stop` and `start` for the daemon.
set -eu
folder=$1 name=$2
shift 2
echo "$name" >/proc/sys/kernel/hostname
mount --bind "$folder/hosts" /etc/hosts
echo up
# The network is configured from outside, now that there is a namespace for it.
read -r _
daemon=
start() {
    "$@" </dev/null &
    daemon=$!
}
[ $# -eq 0 ] || start "$@"
while read -r order; do
    case $order in
    stop)
        kill -TERM "$daemon"
        wait "$daemon" || true
        daemon=
        echo stopped
        ;;
    start) start "$@" ;;
    esac
done
if [ -n "$daemon" ]; then
    kill -TERM "$daemon"
    # A daemon that does not end is killed with the namespace.
    (sleep 10 && kill -KILL "$daemon") &
    wait "$daemon"
fi
