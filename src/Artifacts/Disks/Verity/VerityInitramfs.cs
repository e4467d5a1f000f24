using System.Text;
using ImageSdk.Archives;
using ImageSdk.Artifacts.Boot;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks.Verity;

/// <summary>
/// What is unpacked over the image's own initial file system so that it starts from a root that dm-verity checks: a script of the kind
/// that initramfs-tools runs for the parameter boot=, and modules that it may lack. Of the image it takes dmsetup.
/// </summary>
static class VerityInitramfs
{
    const string BootName = "imagesdk-verity";

    static readonly string[] Required = ["dm-mod", "dm-verity", "overlay"];

    /// <summary>The options of the kernel by which the root is found and checked.</summary>
    /// <param name="blocks">Of the file system.</param>
    /// <param name="isVolatile">Whether what is written lies in memory; otherwise nothing can be.</param>
    public static string Options(byte[] rootHash, byte[] salt, long blocks, bool isVolatile) =>
        $"boot={BootName} roothash={Convert.ToHexStringLower(rootHash)} imagesdk.verity={blocks}:{Convert.ToHexStringLower(salt)} systemd.volatile={(isVolatile ? "overlay" : "no")}";

    /// <summary>The identifiers of the partitions with the file system and with its hashes (Discoverable Partitions Specification).</summary>
    public static (Guid Data, Guid Hashes) Partitions(byte[] rootHash) => (new(rootHash.AsSpan(0, 16), bigEndian: true), new(rootHash.AsSpan(16, 16), bigEndian: true));

    /// <exception cref="ArtifactException">IMG1705: the image has no such initial file system. IMG6030: its kernel lacks a module.</exception>
    public static byte[] Create(ArtifactContext context, KernelFiles kernel)
    {
        Require(context, "/usr/share/initramfs-tools/init", "initramfs-tools");
        Require(context, "/usr/share/initramfs-tools/hooks/dmsetup", "dmsetup");
        using var root = context.OpenRoot();
        using var target = new MemoryStream();
        var archive = new CpioWriter(target, context.Epoch);
        archive.AddFile($"scripts/{BootName}", Permissions.File, Encoding.UTF8.GetBytes(Script));
        archive.AddLink($"{BootName}/insmod", "/bin/kmod");
        var modules = new KernelModules(context.Tree, root, kernel.Version, "a root that is checked by dm-verity");
        foreach (var (place, path) in modules.InLoadOrder(Required, []).Index())
            archive.AddFile($"{BootName}/modules/{place:D3}-{Path.GetFileName(path)}", Permissions.File, modules.Read(path));
        archive.Finish();
        return target.ToArray();
    }

    static void Require(ArtifactContext context, string path, string package)
    {
        if (TreePaths.Resolve(context.Tree, path) is null)
            throw new ArtifactException("IMG1705", $"A root that is checked by dm-verity needs the package {package} in the image, which has no {path}. Add it to the image's packages, before its kernel.");
    }

    // A block that was changed stops the machine: a program that gets half of its files must not go on.
    static string Script =>
        $$"""
        # Mounts a root whose blocks the kernel checks when it reads them, and over it what is written, in memory.
        # Runs in the shell of initramfs-tools, which may have no more tools than klibc has.

        mountroot()
        {
        	for module in {{string.Join(' ', Required)}}; do
        		modprobe -q "$module" 2>/dev/null
        	done
        	# Those that the initial file system has already are refused.
        	for module in /{{BootName}}/modules/*; do
        		/{{BootName}}/insmod "$module" 2>/dev/null || insmod "$module" 2>/dev/null
        	done
        	hash= verity= volatile=
        	for parameter in $(cat /proc/cmdline); do
        		case $parameter in
        		roothash=*) hash=${parameter#*=} ;;
        		imagesdk.verity=*) verity=${parameter#*=} ;;
        		systemd.volatile=*) volatile=${parameter#*=} ;;
        		esac
        	done
        	blocks=${verity%%:*} salt=${verity#*:}
        	# Two identifiers, the halves of the hash.
        	rest=$hash uuids=
        	for length in 8 4 4 4 12 8 4 4 4 12; do
        		pattern=
        		while [ $length -gt 0 ]; do pattern="?$pattern" length=$((length - 1)); done
        		tail=${rest#$pattern}
        		uuids="$uuids ${rest%"$tail"}"
        		rest=$tail
        	done
        	set -- $uuids
        	data=/dev/disk/by-partuuid/$1-$2-$3-$4-$5
        	hashes=/dev/disk/by-partuuid/$6-$7-$8-$9-${10}
        	waited=0
        	while [ ! -e "$data" ] || [ ! -e "$hashes" ]; do
        		if [ $waited -ge 120 ]; then
        			panic "The partitions of the root are not there: $data, $hashes."
        		fi
        		waited=$((waited + 1))
        		sleep 1
        	done
        	dmsetup create root --readonly --noudevrules --noudevsync \
        		--table "0 $((blocks * 8)) verity 1 $data $hashes 4096 4096 $blocks 1 sha256 $hash $salt 1 panic_on_corruption" \
        		|| panic "The root can't be checked."
        	# Names in /dev/mapper are udev's, which may be late.
        	checked=/dev/dm-$(dmsetup info -c --noheadings -o minor root)
        	if [ "$volatile" != overlay ]; then
        		mount -t ext4 -o ro "$checked" "${rootmnt}" || panic "The root can't be mounted."
        		return
        	fi
        	layers=/run/imagesdk-verity
        	mkdir -p $layers/image $layers/changes
        	mount -t ext4 -o ro "$checked" $layers/image || panic "The root can't be mounted."
        	mount -t tmpfs -o mode=0755,size=50% tmpfs $layers/changes || panic "There is no memory for changes."
        	mkdir $layers/changes/upper $layers/changes/work
        	mount -t overlay -o lowerdir=$layers/image,upperdir=$layers/changes/upper,workdir=$layers/changes/work overlay "${rootmnt}" \
        		|| panic "The root can't be mounted."
        }

        """.Replace("\r", "");
}
