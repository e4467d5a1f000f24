using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;
using Microsoft.Build.Framework;
using NuGet.Common;
using NuGet.Configuration;
using NuGet.Protocol;
using NuGet.Protocol.Core.Types;
using NuGet.Versioning;

namespace ImageSdk.Tasks;

/// <summary>
/// Warns where a feed has a newer version of a package whose image is built on. Asks the feeds that NuGet is configured for,
/// with the client that comes with the .NET SDK.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class FindNewerImagePackages : ImageTask, ICancelableTask, IDisposable
{
    readonly CancellationTokenSource cancellation = new();

    /// <summary>ImagePackageSource items.</summary>
    [Required]
    public ITaskItem[] Packages { get; set; } = [];

    /// <summary>The packages with a newer version, which is their metadata NewestVersion.</summary>
    [Output]
    public ITaskItem[] Newer { get; set; } = [];

    public void Cancel() => cancellation.Cancel();

    public void Dispose() => cancellation.Dispose();

    private protected override bool IsCancelled => cancellation.IsCancellationRequested;

    private protected override void Execute(ImageBuild build, IBuildListener listener) =>
        Task.Run(() => FindAsync(listener)).GetAwaiter().GetResult();

    async Task FindAsync(IBuildListener listener)
    {
        var settings = Settings.LoadDefaultSettings(Path.GetDirectoryName(Absolute(ProjectFile)));
        var mapping = PackageSourceMapping.GetPackageSourceMapping(settings);
        using var cache = new SourceCacheContext { NoCache = true };
        var newer = new List<ITaskItem>();
        foreach (var package in Packages)
        {
            var (id, version) = (package.GetMetadata("PackageId"), package.GetMetadata("PackageVersion"));
            if (!NuGetVersion.TryParse(version, out var present))
                continue;
            foreach (var source in SettingsUtility.GetEnabledSources(settings).Where(source => !mapping.IsEnabled || mapping.GetConfiguredPackageSources(id).Contains(source.Name)))
            {
                if (await FindNewestAsync(source, id, present, cache, listener).ConfigureAwait(false) is not { } newest)
                    continue;
                listener.Report(new(DiagnosticSeverity.Warning, "IMG2023",
                    $"The source image is package {id} {version}, and {source.Name} has {newest.ToNormalizedString()}. Name that version in the PackageReference; where its version floats, run dotnet restore --force-evaluate.",
                    Absolute(ProjectFile)));
                newer.Add(new Microsoft.Build.Utilities.TaskItem(id, new Dictionary<string, string> { ["NewestVersion"] = newest.ToNormalizedString() }));
                break;
            }
        }
        Newer = [.. newer];
    }

    // A project on a preview gets previews, too.
    async Task<NuGetVersion?> FindNewestAsync(PackageSource source, string id, NuGetVersion present, SourceCacheContext cache, IBuildListener listener)
    {
        try
        {
            var resource = await Repository.Factory.GetCoreV3(source).GetResourceAsync<FindPackageByIdResource>(cancellation.Token).ConfigureAwait(false);
            var versions = resource is null ? [] : await resource.GetAllVersionsAsync(id, cache, NullLogger.Instance, cancellation.Token).ConfigureAwait(false);
            return versions.Where(version => version > present && (!version.IsPrerelease || present.IsPrerelease)).Max();
        }
        catch (Exception exception) when (exception is NuGetProtocolException or IOException)
        {
            listener.Report(new(DiagnosticSeverity.Warning, "IMG2024",
                $"The feed {source.Name} ({source.Source}) cannot be asked for newer versions of {id}: {exception.Message}", Absolute(ProjectFile)));
            return null;
        }
    }
}
