using System.Runtime.InteropServices;
using ImageSdk.Artifacts;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;

namespace ImageSdk.Cli.Unpacking;

/// <summary>Makes a disk of an unpacked image.</summary>
sealed class DiskWriter(IArtifactFormat format, ArtifactSettings settings)
{
    /// <param name="name">Of the disk.</param>
    /// <param name="file">Where it is written.</param>
    /// <exception cref="ArtifactException">It cannot be made.</exception>
    public void Write(FoundImage found, TemporaryTree unpacked, string name, string file, CommandContext context)
    {
        var epoch = ArtifactTimes.NewestOf(found.Tree);
        format.Write(new ArtifactContext
        {
            Root = unpacked.Root,
            Tree = ArtifactTimes.Apply(found.Tree, epoch),
            Tags = found.Image.Tags ?? new Dictionary<string, string>(),
            Packages = found.Image.Packages,
            Name = name,
            Stream = ImageName.GetDirectory(found.Name),
            Architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
            Epoch = epoch,
            TreeHash = TreeHash.Compute(found.Tree).ToString(),
            Settings = settings,
            OutputPath = file,
            ScratchDirectory = unpacked.Scratch,
            Tools = new HostToolRunner(_ => { }, context.Cancellation),
            Progress = _ => { },
            Warn = context.Warn,
            Cancellation = context.Cancellation,
        });
    }
}
