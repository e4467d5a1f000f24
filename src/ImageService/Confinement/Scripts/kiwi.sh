# Builds a kiwi description. $1: folder of the job, the rest: arguments of kiwi-ng. The machine's files can be read, none can be written but those of the job,
# which are at /mnt: programs of packages stumble over spaces.
cd "$1"
shift
mount --bind . /mnt
mkdir -p cache
mount -o remount,bind,ro /
for folder in /tmp /var/tmp /run /var/log /var/cache /root; do
    mount -t tmpfs -o mode=1777 tmpfs "$folder"
done
[ ! -e /mnt/resolv.conf ] || { mkdir -p "$(dirname "$(readlink -m /etc/resolv.conf)")" && { [ -e /etc/resolv.conf ] || cp /mnt/resolv.conf "$(readlink -m /etc/resolv.conf)"; }; }
cd /mnt
run kiwi-ng "$@"
