using System.Diagnostics;
using System.Text.Json;
using ImageSdk.Building.State;
using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests;

/// <summary>The store with a base and the three recorded streams, built once for all cases.</summary>
public sealed class RecordedStreams : IAsyncLifetime
{
    internal ImageWorkspace Workspace { get; } = new();

    internal Dictionary<string, BuildResult> Results { get; } = [];

    public async Task InitializeAsync()
    {
        if (Fixtures.Root is null || TestHost.WhyNot is not null)
            return;
        Results["boot/debian12"] = await Workspace.BuildAndPublishAsync(Workspace.BaseProject());
        foreach (var name in new[] { "plain", "everything", "inherit" })
        {
            var directory = Path.Combine(Workspace.Folder, "fixtures");
            Directory.CreateDirectory(directory);
            Process.Start("tar", ["-xf", Path.Combine(Fixtures.Root, "manifests", name, "manifest.tar"), "-C", directory]).WaitForExit();
            var project = Workspace.Project($"fx/{name}", Path.Combine(directory, name)) with
            {
                Variables = name == "everything" ? [new("BASE_STREAM", "boot/debian12"), new("COLOUR", "blue")] : [],
            };
            Results[$"fx/{name}"] = await Workspace.BuildAndPublishAsync(project);
        }
    }

    public Task DisposeAsync()
    {
        Workspace.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>Manifest directories and what the original made of them.</summary>
public class GoldenManifestTests(RecordedStreams streams) : IClassFixture<RecordedStreams>
{
    static string Expected(string name, string file) => Path.Combine(Fixtures.Root!, "manifests", name, "expected", file);

    public static TheoryData<string> Names => ["plain", "everything", "inherit"];

    [FixtureTheory, MemberData(nameof(Names))]
    public void Filter_is_the_originals(string name)
    {
        var lines = File.ReadAllLines(Expected(name, "filter"));
        Assert.Equal(lines, Result(name).Image.Filter?.Lines ?? []);
        Assert.Equal(name == "plain", Result(name).Image.Filter is null); // Sparse where the manifest has no filter.
    }

    [FixtureTheory, MemberData(nameof(Names))]
    public void Triggers_are_the_originals(string name)
    {
        var json = File.ReadAllText(Expected(name, "triggers.json"));
        Assert.Equal(json.Trim(), Result(name).Image.Triggers?.ToJson().Trim() ?? "");
    }

    [FixtureTheory, MemberData(nameof(Names))]
    public void Metadata_is_the_originals(string name)
    {
        var expected = JsonDocument.Parse(File.ReadAllText(Expected(name, "metadata.json"))).RootElement;
        var image = Result(name).Image;
        Assert.Equal(expected.GetProperty("SourceImage").GetString(), ImageName.GetDirectory(image.SourceImage));
        Assert.Equal(Texts("OwnerUsers"), image.OwnerUsers);
        Assert.Equal(Texts("OwnerGroups"), image.OwnerGroups);
        Assert.Equal(
            expected.GetProperty("Tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!),
            image.Tags ?? new Dictionary<string, string>());
        var source = streams.Results[ImageName.GetDirectory(image.SourceImage)].Image.Packages.Select(package => package.Name).ToHashSet();
        Assert.Equal(Texts("PackagesAdded"), image.Packages.Select(package => package.Name).Where(package => !source.Contains(package)));

        string[] Texts(string member) => expected.GetProperty(member) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
            : [];
    }

    /// <summary>Names that came and went against the source image.</summary>
    [FixtureTheory, MemberData(nameof(Names))]
    public void Names_are_the_originals(string name)
    {
        var lines = File.ReadAllLines(Expected(name, "tree.diff")).Select(ListingLine.Parse).ToList();
        var (after, before) = (LinesOf(name), LinesOf(SourceOf(name)));
        var added = lines.Where(line => line.Added).Select(line => line.Path).ToHashSet();
        var removed = lines.Where(line => !line.Added).Select(line => line.Path).ToHashSet();
        Assert.Equal(added.Except(removed).Order(), after.Keys.Except(before.Keys).Order());
        Assert.Equal(removed.Except(added).Order(), before.Keys.Except(after.Keys).Order());
    }

    /// <summary>Lines of what no package owns must be equal to the letter.</summary>
    [FixtureTheory, MemberData(nameof(Names))]
    public void Lines_of_the_manifests_own_files_are_the_originals(string name)
    {
        var after = LinesOf(name);
        var own = File.ReadAllLines(Expected(name, "tree.diff")).Select(ListingLine.Parse).Where(line => line.Added && IsOwn(line.Path)).ToList();
        Assert.NotEmpty(own);
        foreach (var line in own)
            Assert.Equal(ForThisUser(name, line), after.GetValueOrDefault(line.Path));
    }

    // The script writes to a set-uid file, and the kernel takes the bit from all who do that and are not the machine's root.
    static string ForThisUser(string name, ListingLine line) =>
        name == "inherit" && line.Path == "/opt/app/bin/app" && !Posix.Processes.IsRoot ? line.Text.Replace("-rws", "-rwx", StringComparison.Ordinal) : line.Text;

    static bool IsOwn(string path) =>
        new[] { "/opt/", "/etc/order", "/etc/plain.d", "/etc/build-env", "/etc/generated.conf", "/etc/second.conf", "/etc/other-generated", "/tests", "/usr/local/share/note", "/var/lib/svc", "/var/lib/plain-id" }
            .Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal));

    [FixtureFact]
    public void Filtered_paths_are_not_in_the_image_nor_in_images_that_stand_on_it()
    {
        Assert.Null(Result("everything").Find("/etc/discard-me"));
        Assert.Null(Result("inherit").Find("/etc/discard-me"));
    }

    BuildResult Result(string name) => streams.Results[$"fx/{name}"];

    string SourceOf(string name) => ImageName.GetDirectory(Result(name).Image.SourceImage).Replace("fx/", "", StringComparison.Ordinal);

    Dictionary<string, string> LinesOf(string name)
    {
        var image = streams.Results.TryGetValue($"fx/{name}", out var result) ? result.Image : streams.Results[name].Image;
        using var stream = new MemoryStream();
        new Listing { Fields = Listing.FieldsWithout("t") }.Write(image.FileSystem!, stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => ListingLine.Parse("+ " + line)).ToDictionary(line => line.Path, line => line.Text);
    }

    sealed record ListingLine(bool Added, string Path, string Text)
    {
        public static ListingLine Parse(string line)
        {
            var text = line[2..];
            // Mode, links, owner, group and size or source kind come before the path, which starts with the first slash.
            var path = text[text.IndexOf('/')..];
            foreach (var separator in new[] { " -> ", " <- " })
                if (path.IndexOf(separator, StringComparison.Ordinal) is var at and >= 0)
                    path = path[..at];
            if (path.Length > 129 && path[^129] == ' ' && path[^128..].All(char.IsAsciiHexDigitLower))
                path = path[..^129];
            return new(line[0] == '+', path, text);
        }
    }
}
