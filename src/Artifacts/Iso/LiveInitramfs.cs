using System.Text;
using ImageSdk.Archives;
using ImageSdk.Artifacts.Boot;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Iso;

/// <summary>
/// What is unpacked over the image's own initial file system so that it starts a live system: a script of the kind that
/// initramfs-tools runs for the parameter boot=, and modules that it may lack. The image itself needs nothing for it.
/// </summary>
static class LiveInitramfs
{
    /// <summary>Value of the kernel parameter boot=.</summary>
    public const string BootName = "imagesdk-live";

    /// <summary>The parameter with the medium's label.</summary>
    public const string LabelParameter = "imagesdk.medium";

    // Of what belongs to the script.
    const string Directory = "imagesdk-live";

    static readonly string[] Required = ["squashfs", "overlay", "loop", "isofs"];

    // Where initial file systems have the drivers of all disks, they have these.
    static readonly string[] Useful = ["cdrom", "sr_mod", "sd_mod", "usb-storage", "uas", "ahci", "ata_piix", "virtio_pci", "virtio_scsi", "virtio_blk"];

    /// <summary>What media lie in, and the drivers without which it is not seen; of several in a row one is enough.</summary>
    static readonly (string Place, string[][] Drivers)[] Places =
    [
        ("a CD drive (SATA)", [["ahci"], ["sr_mod"]]),
        ("a CD drive (IDE)", [["ata_piix", "pata_acpi", "ata_generic"], ["sr_mod"]]),
        ("a memory stick", [["usb_storage"], ["xhci_pci", "xhci_hcd", "ehci_pci"], ["sd_mod"]]),
    ];

    /// <exception cref="ArtifactException">
    /// IMG6029: the image's initial file system is of another kind. IMG6030: its kernel lacks a module.
    /// </exception>
    public static void Write(ArtifactContext context, KernelFiles kernel, string squashfs, string file)
    {
        if (TreePaths.Resolve(context.Tree, "/usr/share/initramfs-tools/init") is null)
            throw new ArtifactException("IMG6029",
                "A live system starts from an initial file system that initramfs-tools made, and the image does not have that. Install the package initramfs-tools in the image, before its kernel.");
        using var root = context.OpenRoot();
        using var target = File.Create(file);
        var archive = new CpioWriter(target, context.Epoch);
        archive.AddFile($"scripts/{BootName}", Permissions.File, Encoding.UTF8.GetBytes(Script(squashfs)));
        // Called by this name, kmod loads files, packed ones too; klibc's program of that name does not.
        archive.AddLink($"{Directory}/insmod", "/bin/kmod");
        var modules = new KernelModules(context.Tree, root, kernel.Version, "a live system");
        WarnOfMissingDrivers(context, kernel, modules);
        var place = 0;
        foreach (var path in modules.InLoadOrder(Required, Useful))
            archive.AddFile($"{Directory}/modules/{place++:D3}-{Path.GetFileName(path)}", Permissions.File, modules.Read(path));
        archive.Finish();
    }

    static void WarnOfMissingDrivers(ArtifactContext context, KernelFiles kernel, KernelModules modules)
    {
        var missing = Places.Select(place => (place.Place, Drivers: place.Drivers.Where(drivers => !drivers.Any(modules.Has)).Select(drivers => drivers[0]).ToList()))
            .Where(place => place.Drivers.Count > 0).ToList();
        if (missing.Count > 0)
            context.Warn("IMG6160",
                $"The live system does not find its medium in {string.Join(", in ", missing.Select(place => $"{place.Place}: no {string.Join(", ", place.Drivers)}"))}. The image's kernel {kernel.Version} has no such drivers. Install linux-image-{context.Architecture} in the place of a kernel for the cloud, if the medium is to start there.");
    }

    static string Script(string squashfs) =>
        $$"""
        # Mounts the root of a live system: the squashfs on the medium, and over it what is written, in memory.
        # Runs in the shell of initramfs-tools, which may have no more tools than klibc has.

        mountroot()
        {
        	for module in {{string.Join(' ', Required)}} sr_mod; do
        		modprobe -q "$module" 2>/dev/null
        	done
        	# Those that the initial file system has already are refused.
        	for module in /{{Directory}}/modules/*; do
        		/{{Directory}}/insmod "$module" 2>/dev/null || insmod "$module" 2>/dev/null
        	done
        	label=
        	for parameter in $(cat /proc/cmdline); do
        		case $parameter in
        		{{LabelParameter}}=*) label=${parameter#*=} ;;
        		esac
        	done
        	# Not /dev/disk/by-label: initial file systems do not have what udev reads the labels of CDs with.
        	waited=0
        	while medium=$(blkid -c /dev/null -l -o device -t "LABEL=$label"); [ -z "$medium" ]; do
        		if [ $waited -ge 120 ]; then
        			panic "{{LiveMedium.Missing}}: no file system has the label $label."
        		fi
        		waited=$((waited + 1))
        		sleep 1
        	done
        	live=/run/live
        	mkdir -p $live/medium $live/image $live/changes
        	mount -t iso9660 -o ro "$medium" $live/medium || panic "The medium can't be mounted."
        	losetup /dev/loop0 $live/medium{{squashfs}} || panic "The medium's squashfs can't be opened."
        	mount -t squashfs -o ro /dev/loop0 $live/image || panic "The medium's squashfs can't be mounted."
        	mount -t tmpfs -o mode=0755,size=50% tmpfs $live/changes || panic "There is no memory for changes."
        	mkdir $live/changes/upper $live/changes/work
        	mount -t overlay -o lowerdir=$live/image,upperdir=$live/changes/upper,workdir=$live/changes/work overlay "${rootmnt}" \
        		|| panic "The root can't be mounted."
        }

        """.Replace("\r", "");
}
