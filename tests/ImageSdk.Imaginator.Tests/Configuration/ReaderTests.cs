using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Configuration;

namespace ImageSdk.Imaginator.Tests.Configuration;

public sealed class ReaderTests
{
    readonly List<Diagnostic> findings = [];

    MainConfiguration ReadMain(string text) => new MainConfigurationReader(new("conf.json", text), "amd64", findings.Add).Read();

    StreamTable ReadStreams(string text, string architecture = "amd64") => new StreamTableReader(new("streams.json", text), architecture, findings.Add).Read();

    static (string Code, int Line, int Column) PlaceOf(Action act)
    {
        var found = Assert.Throws<BuildException>(act).Diagnostic;
        return (found.Code, found.Line, found.Column);
    }

    [Fact]
    public void Every_member_of_the_main_configuration_is_read()
    {
        var main = ReadMain("""
            # A comment,
              // another,
            ! and one more.
            {
              "BindMounts": ["/srv/mirror"],
              "bootstrapstreams": {
                "boot/$ARCH": {
                  "BootstrapCommand": ["tool", "--arch=$ARCH", "$dir", "$ARCH-$dir"],
                  "FilterLines": ["/etc/hostname"],
                  "ImageFilterUrl": "file:///f", "ImageTagsUrl": "/t", "ImageTriggersUrl": "http://h/g",
                  "Owners": {"Groups": ["g"], "Users": ["u"]},
                  "PackagerType": "deb"
                }
              },
              "Cache": {"BaseDirectory": "/b", "MountPoint": "/m", "SizeLimit": 12345678901},
              "ImageStreamsCheckInterval": 90,
              "ImageStreamsToAutoRebuild": ["boot/$ARCH", "x/$ARCH/$OTHER"],
              "ImageStreamsUrl": "https://$USER:$PASSWORD@host/streams.json",
              "MtimesCopyFilterLines": ["/var/.*"],
              "PackagerTypes": {
                "deb": {
                  "CleanCommand": ["c"], "CleanPatterns": ["/p"], "InstallCommand": ["i", "now"], "ListCommand": {"ArgList": ["l"], "SizeMultiplier": 1024},
                  "RemoveCommand": ["r"], "UpdateCommand": ["u"], "UpgradeCommand": ["g"], "Verbatim": ["export A=b"]
                },
                "none": {}
              },
              "RelationshipsQuickLinks": [{"Name": "base", "URL": "?include=base"}]
            }
            """);
        Assert.Empty(findings);
        Assert.Equal(["/srv/mirror"], main.BindMounts);
        var stream = main.BootstrapStreams["boot/amd64"];
        // An argument with other variables keeps them all.
        Assert.Equal(["tool", "--arch=amd64", "$dir", "$ARCH-$dir"], stream.Command);
        Assert.Equal(["/etc/hostname"], stream.FilterLines);
        Assert.Equal(("file:///f", "/t", "http://h/g", "deb"), (stream.ImageFilterUrl, stream.ImageTagsUrl, stream.ImageTriggersUrl, stream.PackagerType));
        Assert.Equal(["g"], stream.OwnerGroups);
        Assert.Equal(["u"], stream.OwnerUsers);
        Assert.Equal(("/b", "/m", 12345678901), (main.Cache.BaseDirectory, main.Cache.MountPoint, main.Cache.SizeLimit));
        Assert.Equal(TimeSpan.FromSeconds(90), main.ImageStreamsCheckInterval);
        Assert.Equal(["boot/amd64", "x/$ARCH/$OTHER"], main.ImageStreamsToAutoRebuild);
        Assert.Equal("https://$USER:$PASSWORD@host/streams.json", main.ImageStreamsUrl);
        Assert.Equal(["/var/.*"], main.MtimesCopyFilterLines);
        var packager = main.PackagerTypes["deb"];
        Assert.Equal(1024UL, packager.ListSizeMultiplier);
        Assert.Equal(
            ["c", "/p", "i now", "l", "r", "u", "g", "export A=b"],
            ((IReadOnlyList<string>[])[
                packager.CleanCommand, packager.CleanPatterns, packager.InstallCommand, packager.ListCommand,
                packager.RemoveCommand, packager.UpdateCommand, packager.UpgradeCommand, packager.Verbatim,
            ]).Select(words => string.Join(' ', words)));
        Assert.Equal(1UL, main.PackagerTypes["none"].ListSizeMultiplier);
        Assert.Equal(new QuickLink("base", "?include=base"), Assert.Single(main.RelationshipsQuickLinks));
    }

    [Fact]
    public void Null_and_missing_members_are_empty()
    {
        var main = ReadMain("""{"BindMounts": null, "BootstrapStreams": null, "Cache": null, "ImageStreamsCheckInterval": null, "ImageStreamsUrl": null}""");
        Assert.Equal((0, 0, "", TimeSpan.Zero), (main.BindMounts.Count, main.BootstrapStreams.Count, main.ImageStreamsUrl, main.ImageStreamsCheckInterval));
        Assert.Empty(ReadMain("{}").PackagerTypes);
        Assert.Empty(findings);
    }

    [Theory]
    [InlineData("{\"BindMounts\": [1]}", "IMG7310", 1, 17)]
    [InlineData("{\n  \"BindMounts\": [\"a\",]\n}", "IMG7310", 2, 22)]
    [InlineData("", "IMG7310", 1, 1)]
    [InlineData("[]", "IMG7310", 1, 1)]
    [InlineData("{\"ImageStreamsCheckInterval\": -1}", "IMG7310", 1, 31)]
    [InlineData("{\"ImageStreamsCheckInterval\": 1.5}", "IMG7310", 1, 31)]
    [InlineData("{\"Cache\": {\"SizeLimit\": \"1G\"}}", "IMG7310", 1, 25)]
    [InlineData("{\"MtimesCopyFilterLines\": [\"/ok\",\n \"/b(\"]}", "IMG7313", 2, 2)]
    [InlineData("{\"BootstrapStreams\": {\"b\": {\"PackagerType\": \"rpm\"}}}", "IMG7315", 1, 45)]
    [InlineData("{\"BootstrapStreams\": {\"b\": {}}}", "IMG7315", 1, 28)]
    [InlineData("{\"PackagerTypes\": {\"p\": {}},\n\"BootstrapStreams\": {\"b/$ARCH\": {\"PackagerType\": \"p\"},\n \"b/amd64\": {\"PackagerType\": \"p\"}}}", "IMG7314", 3, 13)]
    public void What_is_wrong_with_the_main_configuration_has_its_place(string text, string code, int line, int column) =>
        Assert.Equal((code, line, column), PlaceOf(() => ReadMain(text)));

    [Fact]
    public void Members_without_a_meaning_are_passed_over_with_a_warning()
    {
        ReadMain("{\n \"Comment\": {\"any\": 1},\n \"BindMount\": [],\n \"PackagerTypes\": {\"deb\": {\"CleanCommands\": []}},\n \"SshMetadataFetcher\": {}\n}");
        Assert.Equal(
            [("IMG7311", 2, 2), ("IMG7311", 3, 2), ("IMG7311", 4, 28), ("IMG7321", 5, 24)],
            findings.OrderBy(found => found.Line).Select(found => (found.Code, found.Line, found.Column)));
        Assert.Contains("BindMounts", findings.Single(found => found.Line == 3).Message, StringComparison.Ordinal);
        Assert.All(findings, found => Assert.Equal((DiagnosticSeverity.Warning, "conf.json"), (found.Severity, found.File)));
    }

    [Fact]
    public void Of_members_that_occur_twice_the_last_counts_as_in_the_original()
    {
        var table = ReadStreams("{\"Streams\": {\"a\": {\"ManifestUrl\": \"1\"},\n \"a\": {\"ManifestUrl\": \"2\", \"manifesturl\": \"3\"}}}");
        Assert.Equal("3", table.Find("a")!.ManifestUrl);
        Assert.Equal([("IMG7312", 2, 2), ("IMG7312", 2, 28)], findings.Select(found => (found.Code, found.Line, found.Column)));
    }

    [Fact]
    public void Streams_are_found_by_name_before_patterns()
    {
        var table = ReadStreams("""
            {
              "Streams": {"users/a/x/$ARCH": {"ManifestUrl": "plain", "ManifestDirectory": "d", "BuilderGroups": ["g"], "BuilderUsers": ["u"], "Variables": {"A": "b"}}},
              "StreamPatterns": {
                "users/a/.*/$ARCH": {"ManifestUrl": "a"},
                "users/[ab]/y/.*": {"ManifestUrl": "ab"},
                "(?i)CASE/\\pL+": {"ManifestUrl": "case"}
              }
            }
            """, "arm64");
        Assert.Empty(findings);
        var plain = table.Find("users/a/x/arm64")!;
        Assert.Equal(("plain", "d", "b"), (plain.ManifestUrl, plain.ManifestDirectory, plain.Variables["A"]));
        Assert.True(plain.BuilderGroups.SetEquals(["g"]) && plain.BuilderUsers.SetEquals(["u"]));
        Assert.Equal("a", table.Find("users/a/z/arm64")!.ManifestUrl);
        Assert.Equal("ab", table.Find("users/b/y/arm64")!.ManifestUrl);
        Assert.Equal("case", table.Find("case/é")!.ManifestUrl);
        Assert.Null(table.Find("users/a/z/amd64"));
        Assert.Null(table.Find("xusers/a/z/arm64"));
        Assert.Null(table.Find("case/é1"));
        Assert.Equal("multiple stream patterns match: \"users/a/y/arm64\"", Assert.Throws<AmbiguousStreamException>(() => table.Find("users/a/y/arm64")).Message);
    }

    [Theory]
    [InlineData("{\"StreamPatterns\": {\n\"a(\": {}}}", "IMG7313", 2, 7)]
    [InlineData("{\"StreamPatterns\": {\n\"(?=a)\": {}}}", "IMG7313", 2, 10)]
    [InlineData("{\"Streams\": {\"a/$ARCH\": {},\n\"a/amd64\": {}}}", "IMG7314", 2, 12)]
    [InlineData("{\"StreamPatterns\": {\"a/$ARCH\": {},\n\"a/amd64\": {}}}", "IMG7314", 2, 12)]
    [InlineData("{\"Streams\": {\"a\": {\"BuilderUsers\": \"u\"}}}", "IMG7310", 1, 36)]
    [InlineData("{\"Streams\": {\"a\": null}}", "IMG7310", 1, 19)]
    [InlineData("{\"Streams\": {\"a/b\": {\"Variables\": {\"V\":\n \"${IMAGE_STREAM[/9:]}\"}}}}", "IMG7319", 2, 2)]
    [InlineData("{\"Streams\": {\"a/b\": {\"Variables\": {\"V\":\n \"${IMAGE_STREAM[/-9:]}\"}}}}", "IMG7319", 2, 2)]
    [InlineData("{\"Streams\": {\"a/b/c/d\": {\"Variables\": {\"V\":\n \"${IMAGE_STREAM[/3:1]}\"}}}}", "IMG7319", 2, 2)]
    public void What_is_wrong_with_the_streams_file_has_its_place(string text, string code, int line, int column) =>
        Assert.Equal((code, line, column), PlaceOf(() => ReadStreams(text)));

    [Fact]
    public void Slices_that_the_original_takes_are_no_fault()
    {
        var table = ReadStreams("""{"Streams": {"a/b": {"Variables": {"A": "${IMAGE_STREAM[/2:-2]}", "B": "${IMAGE_STREAM[/0:9]}", "C": "${IMAGE_STREAM[/x:1]}", "D": "${OTHER[/9:]}"}}}}""");
        Assert.Equal(4, table.Find("a/b")!.Variables.Count);
    }

    [Fact]
    public void Secrets_are_in_no_message()
    {
        static BuildException Fail(string text) => Assert.Throws<BuildException>(() => VariablesReader.Read(new("vars", text), _ => { }));
        Assert.Equal("geheim", VariablesReader.Read(new("vars", "# c\n{\"P\": \"geheim\"}"), _ => { })["P"]);
        foreach (var text in new[] { "{\"P\": \"geheim", "PASSWORD=geheim", "{\"P\": geheim}", "{\"P\": \"a\" geheim}", "{\"P\": [\"geheim\"]}" })
        {
            var problem = Fail(text);
            Assert.Equal("IMG7318", problem.Diagnostic.Code);
            Assert.DoesNotContain("geheim", problem.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("\"g\"", problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_is_no_text_is_told_with_its_line() =>
        Assert.Equal(("IMG7310", 2, 0), PlaceOf(() => ConfigurationText.Of("x", [(byte)'{', (byte)'\n', 0xFF])));
}
