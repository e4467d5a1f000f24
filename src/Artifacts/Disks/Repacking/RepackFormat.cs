using ImageSdk.Artifacts.Disks.Ext4;

namespace ImageSdk.Artifacts.Disks.Repacking;

/// <summary>The disk that the image is built on, with the image's files in the place of its own, as a qcow2.</summary>
sealed class RepackFormat : IArtifactFormat
{
    static readonly HostTool Converter = new("qemu-img", "qemu-utils");

    public string Name => "repack";

    public int Version => 1;

    public bool NeedsSourceDisk => true;

    public IReadOnlyList<ArtifactOption> Options { get; } =
        [ArtifactOption.Flag("Compressed", true), ArtifactOption.Size("DiskSize", ""), ArtifactOption.Size("FreeSpace", "0")];

    public string FileName(string image, ArtifactSettings settings) => $"{image}.qcow2";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => [PartitionTable.Tool, Ext4Maker.Tool, Ext4Maker.Tuner, Converter];

    public void Write(ArtifactContext context)
    {
        if (context.Source is not { } source)
            throw new ArtifactException("IMG6393", "There is no disk to repack: the image is not built on one. Set SourceImageFile or SourceImageUrl to a disk image, or use another format, such as qcow2.");
        // Beside the result: the scratch folder may be in memory, and a disk is large.
        var raw = context.OutputPath + ".raw";
        try
        {
            new RepackedDisk(context, source).Write(raw);
            context.Tools.Run(Converter,
                ["convert", "-f", "raw", "-O", "qcow2", "-o", "compat=1.1", .. context.Settings.Flag("Compressed") ? new[] { "-c" } : [], raw, context.OutputPath]);
        }
        finally
        {
            File.Delete(raw);
        }
    }
}
