using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImageSdk.Attestations;
using ImageSdk.Building.Downloads;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;

namespace ImageSdk.Building.Documents;

/// <summary>
/// How an image was made: an in-toto statement (v1) with a provenance of SLSA (v1). What it speaks of is the image's tree; the
/// record's bytes have times and a log in them.
/// </summary>
/// <param name="started">When the build began; null for a reproducible one, which says nothing of the clock.</param>
sealed partial class ProvenanceStatement(BuildPlan plan, StateDirectory state, ImageDescription description, Image image, DateTimeOffset? started)
{
    public byte[] Write() => AttestationJson.Write(json =>
    {
        json.WriteString("_type", "https://in-toto.io/Statement/v1");
        json.List("subject", [description], subject => json.Element(() =>
        {
            json.WriteString("name", $"{subject.Stream}/{subject.Version}");
            WriteDigest(json, ImageDescription.TreeDigest, subject.TreeHash);
        }));
        json.WriteString("predicateType", "https://slsa.dev/provenance/v1");
        json.Member("predicate", () =>
        {
            json.Member("buildDefinition", () => WriteDefinition(json));
            json.Member("runDetails", () => WriteDetails(json));
        });
    });

    void WriteDefinition(Utf8JsonWriter json)
    {
        json.WriteString("buildType", "pkg:nuget/ImageSdk#image/v1");
        json.Member("externalParameters", () => WriteExternal(json));
        json.Member("internalParameters", () =>
        {
            json.WriteBoolean("scriptsNetwork", plan.Project.Sandbox.ScriptsNetwork);
            if (plan.Project.Sandbox.Capabilities is { Count: > 0 } capabilities)
            {
                json.WriteStartArray("addedCapabilities");
                foreach (var capability in capabilities)
                    json.WriteStringValue($"CAP_{capability}");
                json.WriteEndArray();
            }
            if (started is null)
                json.WriteNumber("sourceDateEpoch", description.Created.ToUnixTimeSeconds());
        });
        json.WriteStartArray("resolvedDependencies");
        WriteGit(json);
        foreach (var stage in Enum.GetValues<ImageStage>())
            WriteInputs(json, stage);
        if (description.Source is { } source)
            json.Element(() =>
            {
                json.WriteString("name", source.Name);
                WriteDigest(json, ImageDescription.TreeDigest, source.TreeHash);
            });
        WriteDownload(json);
        foreach (var package in description.Packages)
            WritePackage(json, package);
        json.WriteEndArray();
    }

    void WriteExternal(Utf8JsonWriter json)
    {
        var (project, manifest) = (plan.Project, plan.Manifest);
        json.WriteString("project", Path.GetFileName(project.ProjectFile));
        json.WriteString("stream", project.Stream);
        json.WriteString("architecture", project.Architecture);
        json.Text("sourceImage", manifest.SourceImage);
        if (project.Bootstrap is { } bootstrap)
        {
            json.List("bootstrapCommand", bootstrap.Command, word => json.WriteStringValue(WithoutCredentials(word)));
            json.WriteString("packagerType", bootstrap.PackagerType);
        }
        json.List("packages", manifest.Packages, package => json.WriteStringValue(package.Name));
        json.Member("variables", () =>
        {
            foreach (var (name, value) in manifest.Environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
                json.WriteString(name, WithoutCredentials(value));
        });
        json.List("secrets", project.Sandbox.Secrets, secret => json.WriteStringValue(secret.Name));
    }

    void WriteGit(Utf8JsonWriter json)
    {
        const string dirty = "-dirty";
        var commit = image.BuildCommitId;
        if (commit.Length == 0)
            return;
        json.Element(() =>
        {
            json.WriteString("name", "manifest");
            if (image.BuildGitUrl.Length > 0)
                json.WriteString("uri", GitAddress(image.BuildGitUrl) + (image.BuildBranch.Length > 0 ? $"@refs/heads/{image.BuildBranch}" : ""));
            WriteDigest(json, "gitCommit", commit.EndsWith(dirty, StringComparison.Ordinal) ? commit[..^dirty.Length] : commit);
            if (commit.EndsWith(dirty, StringComparison.Ordinal))
                json.Member("annotations", () => json.WriteBoolean("changedSinceCommit", true));
        });
    }

    void WriteDownload(Utf8JsonWriter json)
    {
        if (plan.Project.Bootstrap?.Download is { } download && ContentDigest.TryParse(download.Digest) is { } digest)
            json.Element(() =>
            {
                json.WriteString("uri", Downloader.Show(new(download.Url)));
                WriteDigest(json, digest.Algorithm, digest.Hex);
            });
    }

    // What a stage read, in words with hashes of files: it stands for them where no commit does.
    void WriteInputs(Utf8JsonWriter json, ImageStage stage)
    {
        if (!File.Exists(state.InputsFile(stage)) || File.ReadAllBytes(state.InputsFile(stage)) is not { Length: > 0 } inputs)
            return;
        json.Element(() =>
        {
            json.WriteString("name", $"inputs of {stage}");
            WriteDigest(json, "sha256", Convert.ToHexStringLower(SHA256.HashData(inputs)));
        });
    }

    static void WritePackage(Utf8JsonWriter json, DescribedPackage package) => json.Element(() =>
    {
        json.WriteString("uri", package.Purl);
        if (package.Sha256.Length > 0)
            WriteDigest(json, "sha256", package.Sha256);
    });

    void WriteDetails(Utf8JsonWriter json)
    {
        json.Member("builder", () =>
        {
            json.WriteString("id", plan.Project.BuilderId.Length > 0 ? plan.Project.BuilderId : "pkg:nuget/ImageSdk");
            json.Member("version", () => json.WriteString("ImageSdk", SdkVersion.Text));
        });
        json.Member("metadata", () =>
        {
            if (started is not { } time)
                return;
            json.WriteString("invocationId", Guid.NewGuid().ToString());
            json.WriteString("startedOn", ImageDescription.FormatTime(time));
            json.WriteString("finishedOn", description.CreatedText);
        });
    }

    static void WriteDigest(Utf8JsonWriter json, string algorithm, string value) => json.Member("digest", () => json.WriteString(algorithm, value));

    // "git@host:path" is short for an ssh address.
    static string GitAddress(string url) => "git+" + (url switch
    {
        _ when url.Contains("://", StringComparison.Ordinal) => WithoutCredentials(url),
        _ when !url.StartsWith('/') && url.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon => $"ssh://{url[..colon]}/{url[(colon + 1)..]}",
        _ => $"file://{Path.GetFullPath(url, "/")}",
    });

    static string WithoutCredentials(string text) => Credentials().Replace(text, "://");

    [GeneratedRegex(@"://[^/@\s]*:[^/@\s]*@")]
    private static partial Regex Credentials();
}
