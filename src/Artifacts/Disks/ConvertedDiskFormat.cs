using ImageSdk.Artifacts.Boot;

namespace ImageSdk.Artifacts.Disks;

/// <summary>A disk in a form of one of the hypervisors, which qemu-img makes of the raw one.</summary>
/// <param name="name">What projects call it.</param>
/// <param name="qemuName">What qemu-img calls it.</param>
/// <param name="sizeUnit">Bytes; the hypervisor wants a multiple of them.</param>
/// <param name="options">What a project may say beside what it may say of every disk.</param>
/// <param name="qemuArguments">How qemu-img is to write it.</param>
/// <param name="finish">What is done to the file afterwards.</param>
sealed class ConvertedDiskFormat(
    string name, string qemuName, long sizeUnit, IReadOnlyList<ArtifactOption> options, Func<ArtifactSettings, string[]> qemuArguments, Action<ArtifactContext>? finish = null)
    : IArtifactFormat
{
    static readonly HostTool Tool = new("qemu-img", "qemu-utils");

    /// <summary>QEMU's own.</summary>
    public static ConvertedDiskFormat Qcow2 { get; } = new(
        "qcow2", "qcow2", PartitionTable.SectorSize, [ArtifactOption.Flag("Compressed", false)],
        settings => ["-o", "compat=1.1", .. settings.Flag("Compressed") ? new[] { "-c" } : []]);

    /// <summary>That of Hyper-V and Azure. Azure takes fixed ones whose size is a multiple of 1 MiB; the size is as it is said, not as drives of old had it.</summary>
    public static ConvertedDiskFormat Vhd { get; } = new(
        "vhd", "vpc", 1 << 20, [ArtifactOption.Choice("VhdType", "fixed", "fixed", "dynamic")],
        settings => ["-o", $"subformat={settings["VhdType"]},force_size=on"], context => VhdFooter.MakeReproducible(context.OutputPath, context.EpochTime, context.Identifier("vhd")));

    /// <summary>That of VMware.</summary>
    public static ConvertedDiskFormat Vmdk { get; } = new(
        "vmdk", "vmdk", PartitionTable.SectorSize, [], _ => ["-o", "subformat=monolithicSparse,adapter_type=lsilogic"]);

    public string Name => name;

    public int Version => 3;

    public IReadOnlyList<ArtifactOption> Options { get; } = [.. DiskOptions.All, .. options];

    public string FileName(string image, ArtifactSettings settings) => $"{image}.{name}";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => [.. RawDisk.Tools(settings), Tool];

    public IReadOnlyList<string> InputFiles(ArtifactSettings settings) => SecureBootKey.InputFiles(settings);

    public void Check(ArtifactSettings settings) => DiskSettings.Of(settings);

    public void Write(ArtifactContext context)
    {
        // Beside the result: the scratch folder may be in memory, and a disk is large.
        var raw = context.OutputPath + ".raw";
        try
        {
            RawDisk.Write(context, raw, sizeUnit);
            context.Tools.Run(Tool, ["convert", "-f", "raw", "-O", qemuName, .. qemuArguments(context.Settings), raw, context.OutputPath]);
        }
        finally
        {
            File.Delete(raw);
        }
        finish?.Invoke(context);
    }
}
