using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Tasks.Reading;
using ImageSdk.Trees.ImagePackages;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Finds the image that the project is built on, or names the project that has to be built first.</summary>
[MSBuildMultiThreadableTask]
public sealed class ResolveSourceImage : ImageTask, ICancelableTask, IDisposable
{
    readonly CancellationTokenSource cancellation = new();

    /// <summary>host, host:port or a URL of these; empty for none.</summary>
    public string ImageServer { get; set; } = "";

    /// <summary>Directory of the user's certificates; empty for <c>~/.ssl</c>.</summary>
    public string ImageServerCertificates { get; set; } = "";

    /// <summary>File of the authorities that the server's certificate must come from; empty to believe any.</summary>
    public string ImageServerAuthorities { get; set; } = "";

    /// <summary>The SHA-256 of the server's certificate; empty for any.</summary>
    public string ImageServerFingerprint { get; set; } = "";

    public bool ImageServerRequireTls { get; set; }

    public int ImageServerConnections { get; set; } = 2;

    /// <summary>False on the second try.</summary>
    public bool MayBuild { get; set; } = true;

    /// <summary>Image files of the projects that this one references.</summary>
    public ITaskItem[] ReferencedImages { get; set; } = [];

    /// <summary>Images in the NuGet packages that the project references: ImagePackageSource items.</summary>
    public ITaskItem[] PackagedImages { get; set; } = [];

    /// <summary>The project to build and publish before a second try; empty where the source is at hand.</summary>
    [Output]
    public string ProjectToBuild { get; set; } = "";

    /// <summary>The variables for that build, NAME=value, one a line.</summary>
    [Output]
    public string ProjectVariables { get; set; } = "";

    /// <summary>
    /// A name for this variant of the project, so that its outputs don't mix with those of the project without variables;
    /// empty where there are none.
    /// </summary>
    [Output]
    public string ProjectVariant { get; set; } = "";

    public void Cancel() => cancellation.Cancel();

    public void Dispose() => cancellation.Dispose();

    private protected override bool IsCancelled => cancellation.IsCancellationRequested;

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        var server = ImageServerParameters.Read(
            ImageServer, ImageServerCertificates, ImageServerAuthorities, ImageServerFingerprint, ImageServerRequireTls, ImageServerConnections, Absolute);
        string[] references = [.. ReferencedImages.Select(image => Absolute(image.ItemSpec))];
        ImagePackageSource[] packages = [.. PackagedImages.Select(Package)];
        if (Task.Run(() => build.ResolveSourceAsync(references, MayBuild, server, packages, cancellation.Token)).GetAwaiter().GetResult() is not { } source)
            return;
        ProjectToBuild = source.Project;
        if (source.Variables is [])
            return;
        ProjectVariables = string.Join('\n', source.Variables.Select(variable => $"{variable.Name}={variable.Value}"));
        ProjectVariant = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ProjectVariables)).AsSpan(0, 4));
    }

    ImagePackageSource Package(ITaskItem item) => new(
        item.GetMetadata("PackageId"), item.GetMetadata("PackageVersion"), item.GetMetadata("Stream"), item.GetMetadata("ImageName"),
        item.GetMetadata("Architecture"), item.GetMetadata("TreeHash"), Absolute(item.ItemSpec), Absolute(item.GetMetadata("Objects")));
}
