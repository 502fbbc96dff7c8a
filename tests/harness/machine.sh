# A machine of its own within this one: runs as the first process of new namespaces, and all
# that was started in it ends with it. Its daemon is stopped and started again by a word each. It ends when its standard input does, so nothing is left
# even when the tests themselves are killed.
#
#   unshare … sh machine.sh FOLDER HOST_NAME [DOCKERD…]
set -eu
folder=$1 name=$2
shift 2
hostname "$name"
# What the machine calls the others; the file is the harness's to write.
mount --bind "$folder/hosts" /etc/hosts
echo up
# The network cannot be laid before there is a namespace for it.
read -r _
engine=
start() {
    "$@" </dev/null &
    engine=$!
}
[ $# -eq 0 ] || start "$@"
while read -r word; do
    case $word in
    stop)
        kill -TERM "$engine"
        wait "$engine" || true
        engine=
        echo stopped
        ;;
    start) start "$@" ;;
    esac
done
if [ -n "$engine" ]; then
    kill -TERM "$engine"
    # A daemon that does not end is killed with the namespace.
    (sleep 10 && kill -KILL "$engine") &
    wait "$engine"
fi
