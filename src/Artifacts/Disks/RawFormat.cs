using ImageSdk.Artifacts.Boot;

namespace ImageSdk.Artifacts.Disks;

/// <summary>A disk as it is, byte for byte.</summary>
sealed class RawFormat : IArtifactFormat
{
    public string Name => "raw";

    public int Version => 3;

    public IReadOnlyList<ArtifactOption> Options => DiskOptions.All;

    public string FileName(string image, ArtifactSettings settings) => $"{image}.raw";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => RawDisk.Tools(settings);

    public IReadOnlyList<string> InputFiles(ArtifactSettings settings) => SecureBootKey.InputFiles(settings);

    public void Check(ArtifactSettings settings) => DiskSettings.Of(settings);

    public void Write(ArtifactContext context) => RawDisk.Write(context, context.OutputPath);
}
