# Packs a root file system. $1: folder of the job, $2: "stack" for a squashfs with changes above it, else the root, $3: what to write.
cd "$1"
root=$2
if [ "$root" = stack ]; then
    . ./stack.sh
    root=root
fi
run mksquashfs "$root" "$3" -noappend -no-progress -quiet
