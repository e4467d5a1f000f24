# Packs a root file system. $1: folder of the job, $2: "stack" for a squashfs with changes above it, else the root, $3: what to write.
cd "$1"
root=$2
if [ "$root" = stack ]; then
    # How the user said that it is done is no part of the image.
    rm -f user/complete user/failed upper/tmp/complete upper/tmp/failed
    [ ! -e made-resolv.conf ] || [ -s upper/etc/resolv.conf ] || rm -f upper/etc/resolv.conf
    . ./stack.sh
    root=root
elif [ -d "$root/image" ] && [ ! -L "$root/image" ]; then
    # Kiwi leaves the recipe there, passwords included.
    chmod 0700 "$root/image"
fi
run mksquashfs "$root" "$3" -noappend -no-progress -quiet
