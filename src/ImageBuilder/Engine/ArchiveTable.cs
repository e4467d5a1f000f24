using System.Text.Json;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.ImageBuilder.Engine;

/// <summary>Archives by the names that requests have for them: those of the site, and PPAs of Launchpad.</summary>
/// <param name="own">Those of the site, in place of PPAs of the same name.</param>
/// <param name="launchpad">Where PPAs and their keys are looked up.</param>
sealed class ArchiveTable(IReadOnlyDictionary<string, SiteArchive> own, LaunchpadSettings launchpad)
{
    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip };

    public LaunchpadSettings Launchpad => launchpad;

    /// <summary>Reads a JSON object of names and archives.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IReadOnlyDictionary<string, SiteArchive> Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, SiteArchive>>(File.ReadAllText(file), json) ?? [];
        }
        catch (JsonException problem)
        {
            throw new FormatException($"{file} is no JSON object of archives: {problem.Message}", problem);
        }
    }

    /// <summary>An archive for the packages of a series.</summary>
    public PackageArchive Find(string name, string series) => own.TryGetValue(name, out var archive)
        ? new(name.Replace(':', '-').Replace('/', '-').Replace('+', '-').Replace('~', '-'))
        {
            Uris = archive.Uris, Suites = archive.Suites is { Count: > 0 } suites ? [.. suites.Select(suite => suite.Replace("{series}", series, StringComparison.Ordinal))] : [series],
            Components = archive.Components ?? [], KeyFile = archive.KeyFile ?? "", Fingerprint = archive.Fingerprint ?? "",
        }
        : new(name) { Suites = [series] };
}

/// <summary>An archive of the site.</summary>
/// <param name="Suites">"{series}" in them stands for the series; none for the series itself. One that ends with "/" is a directory without components.</param>
/// <param name="KeyFile">An OpenPGP key; or else</param>
/// <param name="Fingerprint">that of one which the key server has.</param>
sealed record SiteArchive(IReadOnlyList<string> Uris, IReadOnlyList<string>? Suites = null, IReadOnlyList<string>? Components = null, string? KeyFile = null, string? Fingerprint = null);
