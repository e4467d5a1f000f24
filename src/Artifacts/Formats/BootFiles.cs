using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Formats;

/// <summary>What of an image starts a machine: a kernel, and the initial file system that goes with it.</summary>
/// <param name="Kernel">Path in the image, a regular file.</param>
/// <param name="Initrd">The same; null where the image has none for that kernel.</param>
/// <param name="Version">The kernel's, as its modules are called: "6.1.0-31-amd64".</param>
sealed record BootFiles(ByteString Kernel, ByteString? Initrd, string Version)
{
    /// <summary>Names in /boot before the version: Debian's and the x86 kernel's own, arm64's, and others'.</summary>
    static readonly string[] KernelNames = ["vmlinuz-", "vmlinux-", "Image-"];

    /// <summary>The newest kernel in /boot.</summary>
    /// <exception cref="ArtifactException">IMG6007: there is none.</exception>
    public static BootFiles Find(FileSystem tree)
    {
        var kernels =
            from entry in NamesInBoot(tree)
            from prefix in KernelNames
            where entry.StartsWith(prefix, StringComparison.Ordinal)
            select (Name: entry, Version: entry[prefix.Length..]);
        var newest = kernels.OrderBy(kernel => kernel.Version, VersionOrder.Instance).LastOrDefault();
        if (newest.Name is null)
            throw new ArtifactException("IMG6007", "The image has no kernel: there is no /boot/vmlinuz-VERSION. Add one to its package list (Debian: linux-image-amd64 or linux-image-cloud-amd64, and initramfs-tools).");
        string[] initrds = [$"initrd.img-{newest.Version}", $"initramfs-{newest.Version}.img", $"initrd-{newest.Version}"];
        var initrd = initrds.Select(name => $"/boot/{name}").FirstOrDefault(path => tree.Index.Find(path) is RegularInode);
        return new($"/boot/{newest.Name}", initrd is null ? default(ByteString?) : initrd, newest.Version);
    }

    static IEnumerable<string> NamesInBoot(FileSystem tree) => tree.Index.Find("/boot") is DirectoryInode boot
        ? boot.Entries.Where(entry => tree.InodeTable[entry.InodeNumber] is RegularInode).Select(entry => entry.Name.ToString())
        : [];

    /// <summary>The kernel's command line where the image says one (/etc/kernel/cmdline); empty where it does not.</summary>
    public static string CommandLineOf(FileSystem tree, DirectoryHandle root)
    {
        const string path = "/etc/kernel/cmdline";
        const int longest = 4096;
        if (tree.Index.Find(path) is not RegularInode { Size: > 0 and <= longest })
            return "";
        using var file = root.OpenBeneath(Encoding.UTF8.GetBytes(path[1..]));
        var buffer = new byte[longest];
        return Encoding.UTF8.GetString(buffer, 0, file.Read(buffer)).Trim().ReplaceLineEndings(" ");
    }
}
