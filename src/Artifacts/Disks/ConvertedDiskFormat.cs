namespace ImageSdk.Artifacts.Disks;

/// <summary>A disk in a form of one of the hypervisors, which qemu-img makes of the raw one.</summary>
/// <param name="name">What projects call it.</param>
/// <param name="qemuName">What qemu-img calls it.</param>
/// <param name="qemuOptions">How qemu-img is to write it.</param>
/// <param name="canCompress">Whether the form has compressed clusters.</param>
sealed class ConvertedDiskFormat(string name, string qemuName, string qemuOptions, bool canCompress) : IArtifactFormat
{
    static readonly HostTool Tool = new("qemu-img", "qemu-utils");

    /// <summary>QEMU's own.</summary>
    public static ConvertedDiskFormat Qcow2 { get; } = new("qcow2", "qcow2", "compat=1.1", canCompress: true);

    /// <summary>That of Hyper-V and Azure, with the size as it is said.</summary>
    public static ConvertedDiskFormat Vhd { get; } = new("vhd", "vpc", "subformat=dynamic,force_size=on", canCompress: false);

    /// <summary>That of VMware.</summary>
    public static ConvertedDiskFormat Vmdk { get; } = new("vmdk", "vmdk", "subformat=monolithicSparse,adapter_type=lsilogic", canCompress: false);

    public string Name => name;

    public int Version => 1;

    public IReadOnlyList<ArtifactOption> Options => canCompress ? [.. DiskOptions.All, ArtifactOption.Flag("Compressed", false)] : DiskOptions.All;

    public string FileName(string image, ArtifactSettings settings) => $"{image}.{name}";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => [.. RawDisk.Tools(settings), Tool];

    public void Check(ArtifactSettings settings) => DiskSettings.Of(settings);

    public void Write(ArtifactContext context)
    {
        // Beside the result: the scratch folder may be in memory, and a disk is large.
        var raw = context.OutputPath + ".raw";
        try
        {
            RawDisk.Write(context, raw);
            string[] compression = canCompress && context.Settings.Flag("Compressed") ? ["-c"] : [];
            context.Tools.Run(Tool, ["convert", "-f", "raw", "-O", qemuName, "-o", qemuOptions, .. compression, raw, context.OutputPath]);
        }
        finally
        {
            File.Delete(raw);
        }
    }
}
