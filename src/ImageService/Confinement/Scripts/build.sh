# Builds a recipe. $1: folder of the job, $2: where the program begins, below it, $3: the program, the rest: its arguments. The machine's files can be read, none
# can be written but those of the job, which are at /mnt: programs of packages stumble over spaces.
cd "$1"
begin=$2
shift 2
mount --bind . /mnt
mkdir -p cache
mount -o remount,bind,ro /
for folder in /tmp /var/tmp /run /var/log /var/cache /root; do
    mount -t tmpfs -o mode=1777 tmpfs "$folder"
done
[ ! -e /mnt/resolv.conf ] || { mkdir -p "$(dirname "$(readlink -m /etc/resolv.conf)")" && { [ -e /etc/resolv.conf ] || cp /mnt/resolv.conf "$(readlink -m /etc/resolv.conf)"; }; }
cd "/mnt/$begin"
run "$@"
