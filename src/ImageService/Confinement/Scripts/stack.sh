# Stacks changes above a squashfs. Runs in the folder of a job, which has image.sqsh; the names are relative, as options of overlays know no others.
mkdir -p lower upper overlay root
mount -t squashfs -o ro,loop,nodev image.sqsh lower
if [ ! -e upper.made ]; then
    chown --reference=lower upper
    chmod --reference=lower upper
    : >upper.made
fi
mount -t overlay -o nodev,lowerdir=lower,upperdir=upper,workdir=overlay overlay root
