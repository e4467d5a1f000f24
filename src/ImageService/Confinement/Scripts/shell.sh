# A shell into a root file system, behind sshd. Runs as the first process of its namespaces.
# $1: folder of the job, $2: "stack" for a squashfs with changes above it, else a directory that is the root, $3: name of the host,
# the rest: configurations of sshd.
cd "$1"
base=$2 name=$3
shift 3
hostname "$name"
mkdir -p root new user
if [ "$base" = stack ]; then
    . ./stack.sh
else
    mount --bind "$base" root
fi
mount -t tmpfs -o mode=0755,size=1g tmpfs new
mkdir -p new/usr new/etc/cray/ims new/proc new/sys new/dev/pts new/dev/shm new/tmp new/var/tmp new/run/sshd new/root new/mnt/image new/old
chmod 1777 new/tmp new/var/tmp
chmod 0700 new/root
for folder in bin sbin lib lib32 lib64 libx32; do
    [ ! -L "/$folder" ] || ln -s "usr/$folder" "new/$folder"
done
mount --bind /usr new/usr
mount -o remount,bind,ro new/usr
for file in ld.so.cache alternatives ssl/certs ca-certificates resolv.conf; do
    [ -e "/etc/$file" ] || continue
    mkdir -p "$(dirname "new/etc/$file")"
    cp -R -L "/etc/$file" "new/etc/$file" 2>/dev/null || true
done
printf 'root:x:0:0:root:/root:/bin/sh\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' >new/etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\ntty:x:5:\n' >new/etc/group
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >new/etc/nsswitch.conf
printf '127.0.0.1 localhost %s\n::1 localhost\n' "$name" >new/etc/hosts
cp ssh/* new/etc/cray/ims/
chmod 0600 new/etc/cray/ims/*
for device in null zero full random urandom tty; do
    : >"new/dev/$device"
    mount --bind "/dev/$device" "new/dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts new/dev/pts
ln -s pts/ptmx new/dev/ptmx
ln -s /proc/self/fd new/dev/fd
mount -t tmpfs -o mode=1777 tmpfs new/dev/shm
mount -t proc -o nosuid,nodev,noexec proc new/proc
for place in sys sysrq-trigger irq bus fs; do
    [ ! -e "new/proc/$place" ] || { mount --bind "new/proc/$place" "new/proc/$place" && mount -o remount,bind,ro "new/proc/$place"; }
done
mount --bind user new/mnt/image
mkdir -p new/mnt/image/image-root
mount --bind root new/mnt/image/image-root
cd new/mnt/image/image-root
# What programs in the root expect; nothing of it becomes a part of the image.
[ ! -d dev ] || [ -L dev ] || mount --rbind ../../../dev dev
[ ! -d proc ] || [ -L proc ] || mount --rbind ../../../proc proc
[ ! -d sys ] || [ -L sys ] || mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
[ ! -d run ] || [ -L run ] || mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs run
if [ -e ../../../etc/resolv.conf ] && [ -d etc ] && [ ! -L etc ]; then
    if [ -L etc/resolv.conf ]; then
        case $(readlink etc/resolv.conf) in
        ../run/*.. | /run/*..* | ../run/*..*) ;;
        ../run/* | /run/*)
            [ -L run ] || {
                target=$(readlink etc/resolv.conf)
                target=run/${target#*run/}
                mkdir -p "$(dirname "$target")"
                cp ../../../etc/resolv.conf "$target"
            } ;;
        esac
    else
        [ -e etc/resolv.conf ] || { : >etc/resolv.conf && : >../../../../made-resolv.conf; }
        mount --bind ../../../etc/resolv.conf etc/resolv.conf
    fi
fi
cd ../../..
pivot_root . old
umount -l old
rmdir old
cd /
# Nothing that reaches beyond the namespaces: no mounts, modules, raw devices, clocks, network settings.
drop=-sys_admin,-sys_module,-sys_rawio,-sys_boot,-sys_time,-sys_ptrace,-sys_pacct,-sys_tty_config,-net_admin,-net_raw,-syslog,-mac_admin,-mac_override,-wake_alarm,-block_suspend,-audit_control,-audit_read,-linux_immutable,-lease,-ipc_owner,-bpf,-perfmon,-checkpoint_restore
last=$#
for configuration in "$@"; do
    last=$((last - 1))
    if [ "$last" -gt 0 ]; then
        setpriv --bounding-set=$drop --inh-caps=$drop /usr/sbin/sshd -D -e -f "/etc/cray/ims/$configuration" 3<&- &
    else
        run setpriv --bounding-set=$drop --inh-caps=$drop /usr/sbin/sshd -D -e -f "/etc/cray/ims/$configuration"
    fi
done
