using ImageSdk.Images;

namespace ImageSdk.Artifacts.Boot;

/// <summary>The kernel of an image, and what it starts from.</summary>
/// <param name="Kernel">Its path, no part of it a link.</param>
/// <param name="Initrd">The path of the initial file system, no part of it a link.</param>
/// <param name="Version">As the kernel's modules are named by: "6.1.0-28-amd64". Empty where the names do not tell.</param>
public sealed record KernelFiles(string Kernel, string Initrd, string Version)
{
    static readonly string[] KernelNames = ["vmlinuz-", "vmlinux-"];
    static readonly string[] KernelLinks = ["/vmlinuz", "/boot/vmlinuz"];

    /// <summary>
    /// Looks for the kernel that is to be booted: where /vmlinuz or /boot/vmlinuz leads, otherwise the newest /boot/vmlinuz-VERSION;
    /// and the initial file system of its version.
    /// </summary>
    /// <exception cref="ArtifactException">IMG6020: there is no kernel. IMG6021: there is no initial file system.</exception>
    public static KernelFiles Find(FileSystem tree)
    {
        var kernel = KernelLinks.Select(link => FileAt(tree, link)).FirstOrDefault(file => file is not null) ?? FindNewest(tree)
            ?? throw new ArtifactException("IMG6020",
                "The image has no kernel: there is neither /vmlinuz nor a /boot/vmlinuz-VERSION. Install one; Debian's package is linux-image-amd64 (or linux-image-cloud-amd64 for virtual machines).");
        var name = kernel[(kernel.LastIndexOf('/') + 1)..];
        var version = KernelNames.Where(prefix => name.StartsWith(prefix, StringComparison.Ordinal)).Select(prefix => name[prefix.Length..]).FirstOrDefault("");
        string[] names = version.Length == 0
            ? ["/initrd.img", "/boot/initrd.img", "/boot/initrd", "/boot/initramfs.img"]
            : [$"/boot/initrd.img-{version}", $"/boot/initramfs-{version}.img", $"/boot/initrd-{version}", $"/boot/initrd-{version}.img", $"/boot/initramfs-{version}", "/initrd.img"];
        var initrd = names.Select(path => FileAt(tree, path)).FirstOrDefault(file => file is not null)
            ?? throw new ArtifactException("IMG6021",
                $"The image has no initial file system for its kernel {kernel}; expected {names[0]}. Install what makes it before the kernel; Debian's package is initramfs-tools.");
        return new(kernel, initrd, version);
    }

    static string? FindNewest(FileSystem tree) => tree.Index.Find("/boot") is DirectoryInode boot
        ? boot.Entries.Select(entry => entry.Name.ToString())
            .Where(name => Array.Exists(KernelNames, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) && FileAt(tree, $"/boot/{name}") is not null)
            .OrderByDescending(name => name, VersionOrder.Instance)
            .Select(name => FileAt(tree, $"/boot/{name}"))
            .FirstOrDefault()
        : null;

    // Boot loaders read these names from a script.
    static string? FileAt(FileSystem tree, string path) =>
        TreePaths.Resolve(tree, path) is { } place && tree.Index.Find(place) is RegularInode
            && place.ToString() is var text && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._+~-".Contains(letter))
            ? text
            : null;
}
