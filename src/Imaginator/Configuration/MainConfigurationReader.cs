using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>Reads the main configuration. Files that it names by URL are not read here.</summary>
/// <param name="text">Its text.</param>
/// <param name="architecture">In the field's words: amd64, arm64.</param>
/// <param name="report">Receives what is ignored.</param>
sealed class MainConfigurationReader(ConfigurationText text, string architecture, Action<Diagnostic> report)
{
    static readonly string[] packagerMembers =
    [
        nameof(PackagerType.CleanCommand), nameof(PackagerType.CleanPatterns), nameof(PackagerType.InstallCommand), nameof(PackagerType.ListCommand),
        nameof(PackagerType.RemoveCommand), nameof(PackagerType.UpdateCommand), nameof(PackagerType.UpgradeCommand), nameof(PackagerType.Verbatim),
    ];

    /// <exception cref="BuildException">IMG7310, IMG7313 to IMG7315: it is not what is expected.</exception>
    public MainConfiguration Read() => text.ReadJson(Read, report);

    MainConfiguration Read(CommentedJson json)
    {
        var record = new JsonRecord(json, "the main configuration",
            "BindMounts", "BootstrapStreams", "Cache", "ImageStreamsCheckInterval", "ImageStreamsToAutoRebuild", "ImageStreamsUrl", "MtimesCopyFilterLines",
            "PackagerTypes", "RelationshipsQuickLinks", "SshMetadataFetcher");
        if (record.Find("SshMetadataFetcher") is { Kind: JsonValueKind.Object } fetcher)
            report(new(DiagnosticSeverity.Warning, "IMG7321",
                "SshMetadataFetcher is ignored: keys and certificates for Git are those of the user who runs the daemon. Put them into that user's ~/.ssh.",
                text.Name, fetcher.Line, fetcher.Column));
        var packagers = record.Table("PackagerTypes", ReadPackager);
        return new()
        {
            BindMounts = record.Texts("BindMounts"),
            BootstrapStreams = ReadBootstrapStreams(record.Find("BootstrapStreams"), packagers),
            Cache = ReadCache(record.Record("Cache", "BaseDirectory", "MountPoint", "SizeLimit")),
            ImageStreamsCheckInterval = TimeSpan.FromSeconds(Math.Min(record.Number("ImageStreamsCheckInterval"), int.MaxValue)),
            ImageStreamsToAutoRebuild = [.. record.Texts("ImageStreamsToAutoRebuild").Select(ExpandArchitecture)],
            ImageStreamsUrl = record.Text("ImageStreamsUrl"),
            MtimesCopyFilterLines = ReadFilterLines(record.Find("MtimesCopyFilterLines"), "MtimesCopyFilterLines"),
            PackagerTypes = packagers,
            RelationshipsQuickLinks = record.List("RelationshipsQuickLinks", ReadLink),
        };
    }

    Dictionary<string, BootstrapConfiguration> ReadBootstrapStreams(CommentedJson? json, IReadOnlyDictionary<string, PackagerType> packagers)
    {
        var places = new ExpandedNames(text, "bootstrap stream", architecture);
        var streams = json?.ReadTable("BootstrapStreams", (value, name) => (Name: places.Expand(name, value), Stream: ReadBootstrapStream(value, name, packagers)));
        return streams?.Values.ToDictionary(each => each.Name, each => each.Stream, StringComparer.Ordinal) ?? [];
    }

    BootstrapConfiguration ReadBootstrapStream(CommentedJson json, string name, IReadOnlyDictionary<string, PackagerType> packagers)
    {
        var record = new JsonRecord(json, $"bootstrap stream \"{name}\"",
            ["BootstrapCommand", "FilterLines", "ImageFilterUrl", "ImageTagsUrl", "ImageTriggersUrl", "Owners", "PackagerType", .. StreamPlacement.Members]);
        var packager = record.Text("PackagerType");
        if (!packagers.ContainsKey(packager))
            throw text.Error("IMG7315", $"packager type: \"{packager}\" unknown. PackagerTypes has: {string.Join(", ", packagers.Keys.Order(StringComparer.Ordinal))}.",
                record.Find("PackagerType") ?? json);
        var owners = record.Record("Owners", "Groups", "Users");
        return new()
        {
            Command = [.. record.Texts("BootstrapCommand").Select(ExpandArchitecture)],
            FilterLines = ReadFilterLines(record.Find("FilterLines"), "FilterLines"),
            ImageFilterUrl = record.Text("ImageFilterUrl"),
            ImageTagsUrl = record.Text("ImageTagsUrl"),
            ImageTriggersUrl = record.Text("ImageTriggersUrl"),
            OwnerGroups = owners?.Texts("Groups") ?? [],
            OwnerUsers = owners?.Texts("Users") ?? [],
            PackagerType = packager,
            Placement = StreamPlacement.Read(record),
        };
    }

    IReadOnlyList<string> ReadFilterLines(CommentedJson? json, string what)
    {
        if (json is null)
            return [];
        var elements = json.ReadList(what);
        var lines = json.ReadTexts(what);
        if (new Filter(lines).IsValid(out var fault))
            return lines;
        throw text.Error("IMG7313", $"\"{fault.Expression}\" in {what} is no RE2 expression: {fault.Reason}.", elements[fault.Line - 1], fault);
    }

    static PackagerType ReadPackager(CommentedJson json, string name)
    {
        var record = new JsonRecord(json, $"packager type \"{name}\"", packagerMembers);
        var list = record.Record("ListCommand", "ArgList", "SizeMultiplier");
        return new()
        {
            Name = name,
            CleanCommand = record.Texts("CleanCommand"),
            CleanPatterns = record.Texts("CleanPatterns"),
            InstallCommand = record.Texts("InstallCommand"),
            ListCommand = list?.Texts("ArgList") ?? [],
            ListSizeMultiplier = Math.Max(1, list?.Number("SizeMultiplier") ?? 1),
            RemoveCommand = record.Texts("RemoveCommand"),
            UpdateCommand = record.Texts("UpdateCommand"),
            UpgradeCommand = record.Texts("UpgradeCommand"),
            Verbatim = record.Texts("Verbatim"),
        };
    }

    static CacheSettings ReadCache(JsonRecord? record) => record is null ? new() : new()
    {
        BaseDirectory = record.Text("BaseDirectory"),
        MountPoint = record.Text("MountPoint"),
        SizeLimit = (long)Math.Min(record.Number("SizeLimit"), long.MaxValue),
    };

    static QuickLink ReadLink(CommentedJson json)
    {
        var record = new JsonRecord(json, "a link of RelationshipsQuickLinks", "Name", "URL");
        return new(record.Text("Name"), record.Text("URL"));
    }

    // With other variables in it, a text stays as it is.
    string ExpandArchitecture(string value) => VariableExpansion.ExpandOpportunistically(value, name => name == "ARCH" ? architecture : null);
}
