using ImageSdk.Artifacts.Boot;
using ImageSdk.Artifacts.Disks;

namespace ImageSdk.Artifacts.Formats;

/// <summary>A unified kernel image: kernel, initial file system and command line in one program that UEFI starts.</summary>
sealed class UkiFormat : IArtifactFormat
{
    public string Name => "uki";

    public int Version => 1;

    public IReadOnlyList<ArtifactOption> Options { get; } = [DiskOptions.CommandLine, .. SecureBootKey.Options];

    public string FileName(string image, ArtifactSettings settings) => $"{image}.efi";

    public IReadOnlyList<string> InputFiles(ArtifactSettings settings) => SecureBootKey.InputFiles(settings);

    public void Check(ArtifactSettings settings)
    {
        using var key = SecureBootKey.Of(settings);
    }

    public void Write(ArtifactContext context)
    {
        if (context.Architecture != "amd64")
            throw new ArtifactException("IMG6026", $"Unified kernels of the architecture {context.Architecture} can't be made; amd64 is the only one of which they can. Build for amd64.");
        using var key = SecureBootKey.Of(context.Settings);
        UnifiedKernel.Write(context, KernelFiles.Find(context.Tree), KernelCommandLine.Of(context), [], context.OutputPath, key);
    }
}
