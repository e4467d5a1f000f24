# Takes the root file system from a disk. $1: folder of the job, $2: the disk, in a format of qemu-img, $3: the folder that it goes to.
cd "$1"
mkdir -p disk
qemu-img convert -O raw "$2" disk.raw
# Of a disk without partitions, all.
places=$(sfdisk --dump disk.raw 2>/dev/null | sed -n 's/.*start= *\([0-9]*\), *size= *\([0-9]*\).*/\1:\2/p')
for place in ${places:-0:0}; do
    limit=$((${place#*:} * 512))
    mount -o "ro,nodev,loop,offset=$((${place%:*} * 512))$([ "$limit" = 0 ] || echo ",sizelimit=$limit")" disk.raw disk || continue
    if [ -e disk/etc ] && [ -e disk/boot ]; then
        rm -f "$2"
        run sh -c 'cp -a "$1" "$2" && rm -rf "$2/lost+found"' sh disk "$3"
    fi
    umount disk
done
echo "No partition has /etc and /boot"
exit 1
