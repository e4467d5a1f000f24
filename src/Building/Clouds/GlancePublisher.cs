using System.Security.Cryptography;
using ImageSdk.Attestations;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.OpenStack;
using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Http;

namespace ImageSdk.Building.Clouds;

/// <summary>Brings an artifact of a built image to Glance, with what is known of the image. The same content under the same name is there once.</summary>
sealed class GlancePublisher(BuildPlan plan, StateDirectory state, IBuildListener listener, RetryPolicy? retries = null)
{
    static readonly TimeSpan progressInterval = TimeSpan.FromSeconds(2);

    /// <summary>Names of processors, as Nova knows them.</summary>
    static readonly Dictionary<string, string> architectures = new() { ["amd64"] = "x86_64", ["arm64"] = "aarch64" };

    /// <param name="file">The artifact.</param>
    /// <exception cref="BuildException">The cloud refuses, or cannot be reached.</exception>
    public async Task<GlancePublication> PublishAsync(GlanceRequest request, string file, FileSystem tree, CancellationToken cancellation)
    {
        try
        {
            var settings = request.Check();
            using var images = new ImageService(settings, new CloudLog(listener), retries);
            var built = JsonFile.TryRead(plan.Project.ImageFile + ".json", StateJson.Default.BuiltImage)
                ?? throw new BuildException("IMG7002", $"There is no image to publish: {plan.Project.ImageFile} has not been built. Build the project first.", plan.Project.ProjectFile);
            var name = request.ImageName.Length > 0 ? request.ImageName : built.Name;
            if (await images.FindSameAsync(name, request.DiskFormat, file, cancellation) is { } same)
                return new(same.Id, same.Name, await images.LocationOfAsync(same.Id, cancellation), Ran: false);
            var properties = Properties(built, file, tree);
            foreach (var (key, value) in request.Properties)
                properties[key] = value;
            var made = await images.UploadAsync(request.Describe(name, properties), file, Reporter(settings.ToString()), cancellation);
            return new(made.Id, made.Name, await images.LocationOfAsync(made.Id, cancellation), Ran: true);
        }
        catch (OpenStackException problem)
        {
            throw new BuildException(problem.Code, problem.Message, plan.Project.ProjectFile, inner: problem);
        }
    }

    Action<long, long> Reporter(string cloud)
    {
        var last = TimeProvider.System.GetTimestamp();
        return (sent, all) =>
        {
            if (TimeProvider.System.GetElapsedTime(last) < progressInterval && sent < all)
                return;
            last = TimeProvider.System.GetTimestamp();
            listener.Progress($"Sending to Glance ({cloud}): {HumanSize.Format((ulong)sent)} of {HumanSize.Format((ulong)all)}");
        };
    }

    /// <summary>What Nova and people want to know of an image; what nothing tells is left out.</summary>
    Dictionary<string, string> Properties(BuiltImage built, string file, FileSystem tree)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["os_type"] = "linux",
            ["architecture"] = architectures.GetValueOrDefault(plan.Project.Architecture, plan.Project.Architecture),
            ["imagesdk_image"] = built.Name,
            ["imagesdk_tree"] = built.TreeHash,
        };
        // A disk that boots by UEFI alone does not start on a machine of the usual kind.
        if (ArtifactRecord.TryRead(file + ".json")?.Settings.GetValueOrDefault("Firmware") == "uefi")
            properties["hw_firmware_type"] = "uefi";
        if (JsonFile.TryRead(state.ContentsFile, AttestationStateJson.Default.KnownContents) is { Contents.System: { } system } known && known.Key == ContentsKey.Of(tree))
        {
            Add("os_distro", system.Id);
            Add("os_version", system.VersionId);
        }
        if (JsonFile.TryRead(state.StageFile(ImageStage.ResolveSourceImage), StateJson.Default.SourceImage) is { } source)
            Add("imagesdk_source", source.Name);
        Add("imagesdk_packages", NewImage.ListOf(plan.Manifest.Packages.Select(package => package.Name)));
        if (JsonFile.TryRead(state.DescribedFile, StateJson.Default.DescribedImage) is { } described && described.TreeHash == built.TreeHash)
            foreach (var (kind, property) in new[] { (AttestationKinds.Spdx, "imagesdk_spdx_sha256"), (AttestationKinds.CycloneDx, "imagesdk_cyclonedx_sha256") })
                if (described.Kinds.Contains(kind) && AttestationKinds.FileBeside(plan.Project.ImageFile, kind) is var document && File.Exists(document))
                    Add(property, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(document))));
        return properties;

        void Add(string name, string value)
        {
            if (value.Length > 0)
                properties[name] = value;
        }
    }

    sealed class CloudLog(IBuildListener listener) : ICloudLog
    {
        public void Progress(string line) => listener.Progress(line);

        public void Warn(string code, string message) => listener.Report(new(DiagnosticSeverity.Warning, code, message));
    }
}
