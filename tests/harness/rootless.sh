# Runs a command as a user without root's rights, with all that RootlessKit needs. Runs as root in a
# mount namespace of its own, so the machine itself keeps its users and devices.
#
#   sh rootless.sh FOLDER USER_ID COMMAND…
set -eu
folder=$1 user=$2
shift 2
cd "$folder"
mkdir home run etc
# The user, and the ids that its containers may use.
mount -t tmpfs -o mode=755 tmpfs etc
cp -a /etc/. etc
mount --bind etc /etc
echo "rootless:x:$user:$user::$folder/home:/bin/sh" >>/etc/passwd
echo "rootless:200000:65536" >/etc/subuid
echo "rootless:200000:65536" >/etc/subgid
# On some machines only root may open /dev/net/tun.
mount -t tmpfs -o mode=755 tmpfs /dev/net
mknod -m 666 /dev/net/tun c 10 200
chown "$user:$user" . home run
chmod 755 .
chmod 700 run
exec setpriv --reuid "$user" --regid "$user" --clear-groups \
    env HOME="$folder/home" XDG_RUNTIME_DIR="$folder/run" "$@"
