using System.Diagnostics;
using System.Text.Json;
using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Engine;

/// <summary>The recorded manifests and their configuration through the daemon: a Debian bootstrap stream, and what the original built on it.</summary>
public sealed class RecordedStreamTests
{
    static readonly string[] streams = ["plain", "everything", "inherit"];

    sealed class RecordedFactAttribute : FactAttribute
    {
        public RecordedFactAttribute()
        {
            if (Fixtures.Root is null || !File.Exists("/usr/bin/mmdebstrap") || !File.Exists("/usr/bin/bwrap"))
                Skip = "needs the recorded fixtures, mmdebstrap and bwrap";
        }
    }

    static string Expected(string name, string file) => File.ReadAllText(Path.Combine(Fixtures.Root!, "manifests", name, "expected", file));

    static void Configure(Folder folder)
    {
        var repository = Repository.Create(folder["répo"]);
        Directory.CreateDirectory(folder["répo/fx"]);
        foreach (var name in streams)
            using (var tar = Process.Start("tar", ["-xf", Path.Combine(Fixtures.Root!, "manifests", name, "manifest.tar"), "-C", folder["répo/fx"]]))
            {
                tar.WaitForExit();
                Assert.Equal(0, tar.ExitCode);
            }
        repository.Commit();
        folder.Write("filter", "/var/tmp/.*\n/proc/.*\n");
        folder.Write("tags.json", """{"OsName":"Debian","OsVersion":"12"}""");
        folder.Write("triggers.json", """[{"MatchLines":["/etc/ssh/.*"],"Service":"ssh"}]""");
        // Git keeps no empty directories, and one of them has some.
        folder.Write("streams.json", $$"""
            {"Streams": { {{string.Join(",\n", streams.Select(name => $$"""
              "fx/{{name}}": {"ManifestUrl": "{{(name == "everything" ? $"dir://{folder["répo"]}" : repository.Url)}}", "ManifestDirectory": "$IMAGE_STREAM"
                {{(name == "everything" ? ", \"Variables\": {\"BASE_STREAM\": \"boot/debian12\", \"COLOUR\": \"blue\"}" : "")}} }
            """))}} } }
            """);
        folder.Write("conf.json", $$"""
            {
            # As a site of the original has it.
            "ImageStreamsUrl": "{{folder["streams.json"]}}",
            "BootstrapStreams": {"boot/debian12": {
              "BootstrapCommand": ["mmdebstrap", "--variant=minbase", "--mode=root", "bookworm", "$dir"],
              "FilterLines": ["/etc/hostname", "/var/cache/apt/archives/.*", "/var/lib/apt/lists/.*", "/var/log/.*"],
              "ImageFilterUrl": "file://{{folder["filter"]}}", "ImageTagsUrl": "file://{{folder["tags.json"]}}", "ImageTriggersUrl": "file://{{folder["triggers.json"]}}", "PackagerType": "deb"} },
            "PackagerTypes": {"deb": {
              "CleanCommand": ["apt-get", "clean"], "CleanPatterns": ["/var/lib/apt/lists/.*"],
              "InstallCommand": ["apt-get", "-q", "-y", "--no-install-recommends", "install"],
              "ListCommand": {"ArgList": ["dpkg-query", "-f", "${binary:Package} ${Version} ${Installed-Size}\\n", "--show"], "SizeMultiplier": 1024},
              "RemoveCommand": ["apt-get", "-q", "-y", "purge"], "UpdateCommand": ["apt-get", "-q", "-y", "update"],
              "UpgradeCommand": ["apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confold", "dist-upgrade"], "Verbatim": ["export DEBIAN_FRONTEND=noninteractive"]} }
            }
            """);
    }

    [RecordedFact]
    public async Task What_the_original_built_of_a_site_s_configuration_is_built()
    {
        await using var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (_, folder) => Configure(folder));
        foreach (var name in streams)
        {
            var (response, log) = await imaginator.BuildAsync($"fx/{name}");
            Assert.True(response.ErrorString.Length == 0, response.ErrorString + log);
            var server = await imaginator.Server.ConnectImagesAsync();
            var image = (await server.GetImageAsync(response.ImageName))!;
            var source = (await server.GetImageAsync(image.SourceImage))!;
            Assert.Equal(Expected(name, "filter").Split('\n', StringSplitOptions.RemoveEmptyEntries), image.Filter?.Lines ?? []);
            Assert.Equal(name == "plain", image.Filter is null);
            Assert.Equal(Expected(name, "triggers.json").Trim(), image.Triggers is { List.Count: > 0 } triggers ? triggers.ToJson().Trim() : "");
            using var metadata = JsonDocument.Parse(Expected(name, "metadata.json"));
            Assert.Equal(metadata.RootElement.GetProperty("SourceImage").GetString(), ImageName.GetDirectory(image.SourceImage));
            Assert.Equal(metadata.RootElement.GetProperty("Tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!), image.Tags ?? new Dictionary<string, string>());
            Assert.Equal(Texts(metadata, "OwnerUsers"), image.OwnerUsers);
            Assert.Equal(Texts(metadata, "OwnerGroups"), image.OwnerGroups);
            Assert.Equal(Texts(metadata, "PackagesAdded"), image.Packages.Select(package => package.Name).Except(source.Packages.Select(package => package.Name)));
            var (after, before) = (Names(image), Names(source));
            var lines = Expected(name, "tree.diff").Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var (added, removed) = (lines.Where(line => line[0] == '+').Select(PathOf).ToHashSet(), lines.Where(line => line[0] == '-').Select(PathOf).ToHashSet());
            Assert.Equal(added.Except(removed).Order(StringComparer.Ordinal), after.Except(before).Order(StringComparer.Ordinal));
            Assert.Equal(removed.Except(added).Order(StringComparer.Ordinal), before.Except(after).Order(StringComparer.Ordinal));
            // All that the manifest alone brings is what it was, to the letter.
            var own = lines.Where(line => line[0] == '+' && PathOf(line) is var path && (path.StartsWith("/opt/", StringComparison.Ordinal) || path.StartsWith("/etc/order", StringComparison.Ordinal) || path.StartsWith("/etc/plain.d", StringComparison.Ordinal)))
                .Select(line => line[2..]).Order(StringComparer.Ordinal).ToList();
            Assert.NotEmpty(own);
            Assert.Empty(own.Except(Lines(image)));
        }
    }

    static string[] Texts(JsonDocument json, string member) =>
        json.RootElement.GetProperty(member) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];

    static HashSet<string> Names(Image image) => [.. Lines(image).Select(line => PathOf("+ " + line))];

    static IReadOnlyList<string> Lines(Image image)
    {
        using var stream = new MemoryStream();
        new Listing { Fields = Listing.FieldsWithout("t") }.Write(image.FileSystem!, stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Mode, links, owner, group and size come before the path, which starts with the first slash; a link's target, a generator or a hash behind it.</summary>
    static string PathOf(string line)
    {
        var path = line[line.IndexOf('/')..];
        foreach (var separator in new[] { " -> ", " <- " })
            if (path.IndexOf(separator, StringComparison.Ordinal) is var at and >= 0)
                path = path[..at];
        return path.Length > 129 && path[^129] == ' ' && path[^128..].All(char.IsAsciiHexDigitLower) ? path[..^129] : path;
    }
}
