using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Cli.Errors;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.Cli.Tests;

public class ShowTests
{
    [Fact]
    public void Shows_what_is_known_of_an_image()
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run("show", SampleStore.First);
        Assert.Equal(0, run.ExitCode);
        var hash = TreeHash.Compute(sample.Store.Images.Get(SampleStore.First)!.FileSystem!);
        foreach (var line in (string[])
            [
                $"Name:          {SampleStore.First}",
                "Created:       2026-01-02 03:04:05 UTC",
                "Source image:  base/debian/2026-01-01:00:00:00",
                "Git URL:       git://example.org/images",
                "Git branch:    main",
                "Git commit:    0123abc",
                "Owner users:   ann",
                "Owner groups:  ops",
                "Tags:          env=test,role=web",
                "Files:         5, 24 B",
                $"Tree hash:     {hash}",
                "Packages:      3, 3073 B",
                "Filter:        2 lines",
                "  /var/log/.*[.]gz",
                "Triggers:      1",
                "  hello (reload): /etc/hello",
            ])
            Assert.Contains(line, run.Lines);
    }

    [Fact]
    public void Documents_are_shown_from_the_store_and_beside_a_file()
    {
        using var sample = new SampleStore();
        ObjectHash Put(string text) => sample.Store.Objects.Add(Encoding.UTF8.GetBytes(text)).Hash;
        var image = SampleImage.Make(sample.Store.Objects);
        sample.Store.Images.Add("with", image with
        {
            Attestations = new Dictionary<string, Annotation>
            {
                [AttestationKinds.Spdx] = new(Put("{\"spdx\":1}\n")), [AttestationKinds.CycloneDx] = new(Put("{\"cdx\":1}\n")),
                [AttestationKinds.Provenance] = new(null, "https://example.org/provenance"),
            },
        });
        Assert.Equal("{\"spdx\":1}\n", sample.Run("show", "--sbom", "spdx", "with").Output);
        Assert.Equal("{\"spdx\":1}\n", sample.Run("show", "with", "--sbom").Output);
        Assert.Equal("{\"cdx\":1}\n", sample.Run("show", "with", "--sbom", "cyclonedx", "--json").Output);
        Assert.Contains("at https://example.org/provenance", sample.Run("show", "--provenance", "with").Error);
        Assert.Contains("Attestations:  cyclonedx, provenance, spdx", sample.Run("show", "with").Lines);
        Assert.Equal(128, sample.RunJson("show", "with").GetProperty("attestations").GetProperty("spdx").GetProperty("object").GetString()!.Length);
        Assert.Empty(sample.Store.Images.Verify(withContent: true));

        var file = sample.Temporary["app.image"];
        using (var stream = File.Create(file))
            ImageFile.Write(stream, image);
        File.WriteAllText(sample.Temporary["app.provenance.json"], "{\"statement\":1}\n");
        Assert.Equal("{\"statement\":1}\n", sample.Run("show", "--provenance", file).Output);
        var missing = sample.Run("show", "--sbom", "cyclonedx", file);
        Assert.Equal(2, missing.ExitCode);
        Assert.StartsWith($"imagesdk: error IMG6092: there is no {sample.Temporary["app.cdx.json"]}", missing.Error);

        sample.Store.Images.Add("without", image);
        Assert.StartsWith("imagesdk: error IMG6092: ", sample.Run("show", "--provenance", "without").Error);
        Assert.StartsWith("imagesdk: error IMG7101: ", sample.Run("show", "--sbom", "other", "with").Error);
        Assert.StartsWith("imagesdk: error IMG7101: ", sample.Run("show", "--sbom", "spdx", "--log", "with").Error);
    }

    [Fact]
    public void Json_has_the_same()
    {
        using var sample = SampleStore.WithTwoImages();
        var image = sample.RunJson("show", SampleStore.First);
        Assert.Equal(SampleStore.First, image.GetProperty("name").GetString());
        Assert.Equal("web", image.GetProperty("tags").GetProperty("role").GetString());
        Assert.Equal(["/tmp/.*", "/var/log/.*[.]gz"], image.GetProperty("filter").EnumerateArray().Select(line => line.GetString()));
        Assert.True(image.GetProperty("triggers")[0].GetProperty("doReload").GetBoolean());
        Assert.Equal(2048, image.GetProperty("packages")[2].GetProperty("size").GetInt32());
        Assert.Equal(128, image.GetProperty("tree").GetProperty("hash").GetString()!.Length);
        Assert.Equal(14, image.GetProperty("tree").GetProperty("paths").GetInt32());
    }

    [Fact]
    public void Control_characters_do_not_reach_the_terminal()
    {
        using var sample = new SampleStore();
        sample.Store.Images.Add("odd", SampleImage.Make(sample.Store.Objects) with { CreatedBy = "\u001b[2Jme\nName: forged" });
        var run = sample.Run("show", "odd");
        Assert.DoesNotContain("\u001b", run.Output);
        Assert.Single(run.Lines, line => line.StartsWith("Name:"));
    }

    [Fact]
    public void A_sparse_image_has_no_filter()
    {
        using var sample = new SampleStore();
        sample.Store.Images.Add("sparse", SampleImage.Make(sample.Store.Objects) with { Filter = null });
        Assert.Contains("Filter:        none (sparse image)", sample.Run("show", "sparse").Lines);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, sample.RunJson("show", "sparse").GetProperty("filter").ValueKind);
    }

    [Fact]
    public void Files_are_listed_byte_for_byte_as_imagetool_lists_them()
    {
        using var sample = SampleStore.WithTwoImages();
        var image = sample.Store.Images.Get(SampleStore.First)!;
        var run = sample.Run("show", SampleStore.First, "--files");
        using var expected = new MemoryStream();
        new Listing().Write(image.FileSystem!, expected);
        Assert.Equal(expected.ToArray(), run.OutputBytes);
        Assert.Contains("crw-rw-rw-   1     0     0      0x103 ", run.Output);
        Assert.Contains("lrwxrwxrwx   1     0     0                                     /etc/link -> hello\n", run.Output);
        Assert.True(run.OutputBytes.AsSpan().IndexOf([.. SampleImage.OddPath.Span, (byte)' ']) > 0);
    }

    [FixtureFact]
    public void Files_of_a_recorded_image_are_listed_as_recorded()
    {
        var recorded = File.ReadAllText(Path.Combine(Fixtures.Root!, "transcripts", "imagetool.txt"), Encoding.Latin1);
        var start = recorded.IndexOf(" show base/img.0\n", StringComparison.Ordinal) + " show base/img.0\n".Length;
        // The recording shows bytes that are not UTF-8 by their number.
        var expected = recorded[start..recorded.IndexOf("\n$ ", start, StringComparison.Ordinal)].Replace("\\xff", "\u00FF").TrimEnd('\n');
        var file = Path.Combine(Fixtures.Root!, "ondisk", "image-base-img.0");
        var run = CommandRun.Start(new RunSettings(), "show", file, "--files");
        Assert.Equal("", run.Error);
        // The recording's times are in UTC, the tool's in the zone of this machine.
        var zone = TimeZoneInfo.Local.HasSameRules(TimeZoneInfo.Utc) ? new Regex("(?!)") : new Regex("[0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [^ ]+");
        Assert.Equal(zone.Replace(expected, "TIME"), zone.Replace(Encoding.Latin1.GetString(run.OutputBytes).TrimEnd('\n'), "TIME"));
    }

    [Fact]
    public void Files_in_json_keep_names_that_are_no_text()
    {
        using var sample = SampleStore.WithTwoImages();
        var odd = sample.RunJson("show", SampleStore.First, "--files").EnumerateArray()
            .Single(entry => entry.TryGetProperty("pathBase64", out _));
        Assert.Equal(SampleImage.OddPath.Span.ToArray(), odd.GetProperty("pathBase64").GetBytesFromBase64());
        Assert.Equal("file", odd.GetProperty("type").GetString());
        Assert.Equal("0644", odd.GetProperty("mode").GetString());
        Assert.Equal(1_700_000_000, odd.GetProperty("mtime").GetProperty("seconds").GetInt64());
    }

    [Fact]
    public void Packages_and_log_can_be_had()
    {
        using var sample = SampleStore.WithTwoImages();
        Assert.Equal(["bash   5.2-1   1 KiB", "gone   1       1 B", "libc6  2.36-9  2 KiB"], sample.Run("show", SampleStore.First, "--packages").Lines);
        Assert.Equal("libc6", sample.RunJson("show", SampleStore.First, "--packages")[2].GetProperty("name").GetString());
        Assert.Equal(SampleImage.Log, sample.Run("show", SampleStore.First, "--log").Output);
        Assert.Equal(SampleImage.Log, sample.RunJson("show", SampleStore.First, "--log").GetProperty("log").GetString());
    }

    [Fact]
    public void A_log_that_is_not_there_is_an_error()
    {
        using var sample = new SampleStore();
        var image = SampleImage.Make(sample.Store.Objects);
        sample.Store.Images.Add("without", image with { BuildLog = null });
        sample.Store.Images.Add("elsewhere", image with { BuildLog = new(null, "https://example.org/log") });
        sample.Run("show", "without", "--log").AssertError("IMG7111");
        sample.Run("show", "elsewhere", "--log").AssertError("IMG7111");
        sample.Run("show", "without", "--log", "--files").AssertError("IMG7101");
    }

    [Fact]
    public void A_stream_stands_for_its_newest_image_and_a_path_for_a_file()
    {
        using var sample = SampleStore.WithTwoImages();
        Assert.Equal(SampleStore.Second, sample.RunJson("show", "base/hello").GetProperty("name").GetString());
        sample.Run("show", "base").AssertError("IMG7103");
        var path = sample.Temporary["x.image"];
        using (var file = File.Create(path))
            ImageFile.Write(file, SampleImage.Make(sample.Store.Objects));
        Assert.Equal(path, sample.RunJson("show", path).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("nothing", "IMG7103")]
    [InlineData("base/hello/1999-01-01:00:00:00", "IMG7103")]
    [InlineData("a\nb", "IMG7103")]
    [InlineData("/nonexistent/x.image", "IMG7103")]
    [InlineData("x.image", "IMG7103")]
    [InlineData("/", "IMG7105")]
    [InlineData("base/hello/broken", "IMG7104")]
    public void What_is_not_there_is_an_error(string reference, string code)
    {
        using var sample = SampleStore.WithTwoImages();
        File.WriteAllText(Path.Combine(sample.Store.Images.Directory, "base/hello/broken"), "not an image");
        sample.Run("show", reference).AssertError(code);
    }

    [Fact]
    public void A_damaged_tree_is_an_error()
    {
        using var sample = new SampleStore();
        var path = sample.Temporary["bad.image"];
        var tree = FileSystem.Create(SampleImage.Directory with { Entries = [new("missing", 5)] }, new Dictionary<ulong, Inode>());
        using (var file = File.Create(path))
            ImageFile.Write(file, new Image { FileSystem = tree });
        Directory.CreateDirectory(sample.Store.Images.Directory);
        foreach (var arguments in (string[][])[["show", path], ["show", path, "--files"], ["get", path, sample.Temporary["out"]], ["diff", path, path]])
            sample.Run(arguments).AssertError("IMG7104");
        Assert.Contains("missing", sample.Run("verify", path).Output);
        Assert.False(Path.Exists(sample.Temporary["out"]));
    }
}
