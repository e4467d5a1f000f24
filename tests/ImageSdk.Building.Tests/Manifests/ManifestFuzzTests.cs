using System.Text;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Tests.Manifests;

public sealed class ManifestFuzzTests : IDisposable
{
    readonly string directory = Directory.CreateTempSubdirectory("manifest ").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    static readonly (string Name, string Text)[] Files =
    [
        ("manifest", """{"SourceImage": "$BASE/x", "FilterLines": ["/a/.*", "!"], "SourceImageTagsToMatch": {"a": ["b", "$C"]}, "MtimesCopyAddFilterLines": ["x"]}"""),
        ("filter.add", "/a/.*\n# no\n/b(|/.*)$\n"),
        ("triggers", """[{"MatchLines": ["/a/.*"], "Service": "s", "DoReboot": true}]"""),
        ("tags.json", """{"a": "$ARCH ${IMAGE_STREAM[/1:]}", "b": ""}"""),
        ("owners.json", """{"Users": ["a"], "Groups": ["b"]}"""),
        ("computed-files.json", """[{"Filename": "/a", "Source": "h:1"}]"""),
        ("package-list", "a\nb=1.2\n"),
    ];

    ImageProject Project() => new()
    {
        ProjectFile = Path.Combine(directory, "x.imgproj"), ManifestDirectory = directory, Stream = "a/b", Architecture = "amd64",
        CacheDirectory = "/c", ImageFile = "/i", Store = new StoreSettings("/s/i", "/s/o"),
    };

    /// <summary>Whatever the bytes of a manifest are, reading gives a manifest or one coded error with the file's name.</summary>
    [Fact]
    public void Damaged_files_give_one_coded_error_or_a_manifest()
    {
        var random = new Random(815);
        var failures = 0;
        for (var round = 0; round < 800; round++)
        {
            foreach (var (name, text) in Files)
                File.WriteAllText(Path.Combine(directory, name), text);
            var (damagedName, original) = Files[random.Next(Files.Length)];
            var bytes = Encoding.UTF8.GetBytes(original).ToList();
            for (var change = random.Next(1, 6); change > 0 && bytes.Count > 0; change--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(3))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveAt(at);
                        break;
                    default:
                        bytes.Insert(at, (byte)"{}[]\",:\\\n(*$"[random.Next(12)]);
                        break;
                }
            }
            File.WriteAllBytes(Path.Combine(directory, damagedName), [.. bytes]);
            try
            {
                ManifestReader.Read(Project(), new RecordingListener());
            }
            catch (BuildException exception)
            {
                failures++;
                Assert.Equal(Path.Combine(directory, damagedName), exception.Diagnostic.File);
            }
        }
        Assert.InRange(failures, 80, 799);
    }

    [Fact]
    public void Variables_tags_and_sources_are_expanded_as_the_original_does()
    {
        File.WriteAllText(Path.Combine(directory, "manifest"),
            """
            // A comment.
            {"SourceImage": "base/${IMAGE_STREAM[/1:]}/$ARCH", "SourceImageGitCommitId": "$COMMIT", "UNKNOWN": 1,
             "SourceImageTagsToMatch": {"kept": ["$ARCH", "$NOPE"], "dropped": ["$NOPE"]}, "SourceImageBuildVariables": {"A": "$IMAGE_STREAM_LEAF_NAME"}}
            """);
        var manifest = ManifestReader.Read(Project() with { Variables = [new("COMMIT", "c-$IMAGE_STREAM")] }, new RecordingListener());
        Assert.Equal("base/b/amd64", manifest.SourceImage);
        Assert.Equal("c-a/b", manifest.SourceImageGitCommitId);
        Assert.Equal(["amd64", ""], Assert.Single(manifest.SourceImageTagsToMatch).Value);
        Assert.Equal("b", manifest.SourceImageBuildVariables["A"]);
    }
}
