using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Locks;
using ImageSdk.Sdk.Tests.Harness;
using ImageSdk.Tests;
using Json.Schema;

namespace ImageSdk.Sdk.Tests.Editors;

/// <summary>The schemas of a manifest directory's JSON.</summary>
public sealed partial class JsonSchemaTests
{
    static readonly Dictionary<string, string[]> files = new()
    {
        ["manifest"] = ["manifest"],
        ["triggers"] = ["triggers", "triggers.add"],
        ["tags"] = ["tags.json"],
        ["owners"] = ["owners.json"],
        ["computed-files"] = ["computed-files.json", "computed-files.add.json"],
    };

    [Theory]
    [InlineData("samples")]
    [InlineData("templates")]
    public void Files_of_the_repository_are_valid(string folder) => AssertValid(Path.Combine(Repository.Root, folder), 2);

    [FixtureFact]
    public void Files_of_the_original_are_valid()
    {
        var folder = Directory.CreateDirectory(Path.Combine(PackedSdk.Root, "manifests")).FullName;
        foreach (var archive in Directory.GetFiles(Path.Combine(Fixtures.Root!, "manifests"), "manifest.tar", SearchOption.AllDirectories))
        {
            using var tar = Process.Start("tar", ["-xf", archive, "-C", folder]);
            tar.WaitForExit();
        }
        AssertValid(folder, 9);
    }

    static void AssertValid(string folder, int atLeast)
    {
        var found = files.SelectMany(schema => schema.Value
            .SelectMany(name => Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories)).Select(file => (Schema: schema.Key, File: file))).ToList();
        Assert.True(found.Count >= atLeast, $"{found.Count} files in {folder}");
        Assert.All(found, file => Assert.Equal("", Faults(file.Schema, File.ReadAllText(file.File))));
    }

    [Theory]
    [InlineData("manifest", """{"SourceImage": ["base"]}""", "/SourceImage")]
    [InlineData("manifest", """{"FilterLines": "/tmp/.*"}""", "/FilterLines")]
    [InlineData("manifest", """{"SourceImageTagsToMatch": {"Os": "Debian"}}""", "/SourceImageTagsToMatch/Os")]
    [InlineData("triggers", """[{"MatchLines": [".*"], "DoReboot": "true"}]""", "/0/DoReboot")]
    [InlineData("triggers", """{"Service": "ssh"}""", "")]
    [InlineData("tags", """{"Name": 1}""", "/Name")]
    [InlineData("owners", """{"Users": "me"}""", "/Users")]
    [InlineData("computed-files", """[{"Filename": "etc/x", "Source": "host:1"}]""", "/0/Filename")]
    [InlineData("computed-files", """[{"Filename": "/etc/x"}]""", "/0")]
    [InlineData("image.lock", """{"version": 2, "architecture": "amd64", "source": {"type": "File", "name": "x"}}""", "/version")]
    public void What_is_wrong_has_its_place(string schema, string json, string place) => Assert.Contains($"[{place}]", Faults(schema, json));

    [Fact]
    public void A_lock_that_restoring_writes_is_valid()
    {
        var package = new LockedPackage("less", "590-2.1", "amd64", new('a', 64), 131_444, "http://deb.debian.org/debian/pool/main/l/less/less_590-2.1_amd64.deb");
        var value = new ImageLock
        {
            Architecture = "amd64",
            Source = new(LockedSourceType.Bootstrap, "Debian bookworm"),
            Bootstrap = new(["libc6"], [["--install", "less.deb"]], ["libtinfo6"], [package]),
            Install = new(["less"], new('b', 64), [new(["less"], ["unpack less", "configure less"])], [], [package]),
        };
        Assert.Equal("", Faults("image.lock", ImageLockFile.Format(value)));
        foreach (var type in Enum.GetValues<LockedSourceType>())
            Assert.Equal("", Faults("image.lock", ImageLockFile.Format(value with { Source = new(type, "base/2026", new('c', 128), "sha256:" + new string('d', 64)), Bootstrap = null, Install = null })));
    }

    /// <summary>The page lists the members of each file.</summary>
    [Theory]
    [InlineData("manifest", "properties", "| `manifest` |")]
    [InlineData("triggers", "items.properties", "| `triggers` / `triggers.add` |")]
    [InlineData("owners", "properties", "| `owners.json` |")]
    [InlineData("computed-files", "items.properties", "| `computed-files`, `computed-files.json` |")]
    public void The_members_are_the_documented_ones(string schema, string path, string row)
    {
        JsonNode? node = Parse(File.ReadAllText(FileOf(schema)));
        foreach (var part in path.Split('.'))
            node = node![part];
        var line = Repository.Read("docs/manifest.md").Split('\n').Single(line => line.StartsWith(row, StringComparison.Ordinal));
        Assert.Equal(
            Member().Matches(line).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal),
            node!.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
    }

    static string FileOf(string schema) => Path.Combine(EditorFile.Folder, $"{schema}.schema.json");

    /// <summary>Empty where there are none, or else each with the place in brackets.</summary>
    static string Faults(string schema, string json)
    {
        var result = JsonSchema.FromFile(FileOf(schema)).Evaluate(Parse(json), new EvaluationOptions { OutputFormat = OutputFormat.List });
        return result.IsValid ? "" : string.Join('\n', result.Details.Where(detail => detail.HasErrors).Select(detail => $"[{detail.InstanceLocation}] {string.Join(", ", detail.Errors!.Values)}"));
    }

    static JsonNode Parse(string json) => JsonNode.Parse(Comment().Replace(json, ""))!;

    // Lines that the original takes for comments.
    [GeneratedRegex(@"^\s*(#|//|!).*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("`([A-Z][A-Za-z]+)`")]
    private static partial Regex Member();
}
