namespace ImageSdk.ImageService.Packaging;

/// <summary>The files of an image as it is booted over a network.</summary>
/// <param name="Rootfs">Path of the squashfs.</param>
/// <param name="Kernel">Path of the kernel.</param>
/// <param name="Initrd">Path of the initial file system; null for none.</param>
/// <param name="Parameters">Path of the kernel's command line; null for none.</param>
sealed record PackedImage(string Rootfs, string Kernel, string? Initrd, string? Parameters)
{
    const string Type = "application/vnd.cray.image.";

    /// <summary>The names that artifacts of an image have below its id.</summary>
    public static IReadOnlyList<string> Names { get; } = ["rootfs", "kernel", "initrd", "boot_parameters"];

    /// <summary>The artifacts: name, type in manifests, file.</summary>
    public IEnumerable<(string Name, string Type, string File)> Files()
    {
        yield return (Names[0], $"{Type}rootfs.squashfs", Rootfs);
        yield return (Names[1], $"{Type}kernel", Kernel);
        if (Initrd is not null)
            yield return (Names[2], $"{Type}initrd", Initrd);
        if (Parameters is not null)
            yield return (Names[3], $"{Type}parameters.boot", Parameters);
    }
}
