using System.Text;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Manifests;

public sealed class ManifestDirectoryTests : IDisposable
{
    readonly string directory = Directory.CreateTempSubdirectory("manifest ü").FullName;
    readonly RecordingListener listener = new();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    ImageProject Project() => new()
    {
        ProjectFile = Path.Combine(directory, "x.imgproj"), ManifestDirectory = directory, Stream = "team/web/a", Architecture = "amd64",
        CacheDirectory = "/c", ImageFile = "/i", Store = new StoreSettings("/s/i", "/s/o"),
    };

    void Write(string name, string text = "") => ImageWorkspace.Write(directory, name, text);

    ImageManifest Read(ImageProject? project = null) => ManifestReader.Read(project ?? Project(), listener);

    Diagnostic Fail() => Assert.Throws<BuildException>(() => Read()).Diagnostic;

    [Fact]
    public void The_parts_of_the_streams_name_are_numbered_from_zero()
    {
        var environment = Read().Environment;
        Assert.Equal(["team", "web", "a"], Enumerable.Range(0, 3).Select(index => environment[$"IMAGE_STREAM_{index}"]));
        Assert.False(environment.ContainsKey("IMAGE_STREAM_3"));
        Assert.Equal("a", Read(Project() with { Stream = "a" }).Environment["IMAGE_STREAM_0"]);
    }

    [Fact]
    public void Trees_follow_each_other_as_in_the_original()
    {
        foreach (var name in ManifestComponents.Trees.Select(tree => tree.Name).Reverse())
            Directory.CreateDirectory(Path.Combine(directory, name));
        Assert.Equal(
            [
                "files", "files.append", "files.templated", "post-install-files", "post-install-files.append", "post-install-files.templated",
                "post-scripts-files", "post-scripts-files.append", "post-scripts-files.templated",
            ],
            Read().Trees.Select(tree => Path.GetFileName(tree.Directory)));
        Assert.Empty(listener.Warnings);
    }

    [Theory]
    [InlineData("file/", "files")]
    [InlineData("Files/", "files")]
    [InlineData("script/", "scripts")]
    [InlineData("script", "scripts")]
    [InlineData("package-lists", "package-list")]
    [InlineData("package_list", "package-list")]
    [InlineData("package-list.txt", "package-list")]
    [InlineData("files.template/", "files.templated")]
    [InlineData("post-install-files.template/", "post-install-files.templated")]
    [InlineData("post-scripts-files.apend/", "post-scripts-files.append")]
    [InlineData("post-scripts/", "post-scripts-files")]
    [InlineData("trigger", "triggers")]
    [InlineData("tags", "tags.json")]
    [InlineData("owner.json", "owners.json")]
    [InlineData("manifest.json", "manifest")]
    [InlineData("test/", "tests")]
    public void A_name_near_to_a_component_is_a_warning(string name, string nearest)
    {
        Write(name.EndsWith('/') ? name + "x" : name);
        Read();
        var warning = Assert.Single(listener.Warnings);
        Assert.Equal(("IMG1151", Path.Combine(directory, name.TrimEnd('/'))), (warning.Code, warning.File));
        Assert.Contains($"\"{nearest}\"", warning.Message);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("Makefile")]
    [InlineData(".file/x")]
    [InlineData("src/x")]
    [InlineData("profiles/x")]
    [InlineData("test.sh")]
    [InlineData("other.imgproj")]
    [InlineData("bin/x")]
    [InlineData("obj/x")]
    [InlineData("notes")]
    public void Other_names_are_not(string name)
    {
        Write(name);
        Read();
        Assert.Empty(listener.Warnings);
    }

    [Fact]
    public void What_the_project_names_is_no_slip()
    {
        Write("file/x");
        Write("tests2/t");
        Read(Project() with { Trees = [new(Path.Combine(directory, "file"), ImageStage.CopyFiles)], Tests = [Path.Combine(directory, "tests2/t")] });
        Assert.Equal(["tests2"], listener.Warnings.Select(warning => Path.GetFileName(warning.File)));
        listener.Warnings.Clear();
        Read(Project() with { UseManifestDirectory = false });
        Assert.Empty(listener.Warnings);
    }

    public static TheoryData<string> Files => new(ManifestComponents.Files);

    public static TheoryData<string> Folders => new(ManifestComponents.Folders);

    [Theory, MemberData(nameof(Files))]
    public void A_component_that_is_no_file_is_an_error(string name)
    {
        var path = Path.Combine(directory, name);
        Directory.CreateDirectory(path);
        Assert.Equal(("IMG1152", path), (Fail().Code, Fail().File));
        Directory.Delete(path);
        File.CreateSymbolicLink(path, "/no/where");
        Assert.Equal(("IMG1152", path), (Fail().Code, Fail().File));
        File.Delete(path);
        File.CreateSymbolicLink(path, name);
        Assert.Equal(path, Fail().File);
        File.Delete(path);
        // Reading it would wait for ever.
        using (var handle = DirectoryHandle.Open(directory))
            handle.MakeNode(Encoding.UTF8.GetBytes(name), 0x11A4, 0);
        Assert.Equal(("IMG1152", path), (Fail().Code, Fail().File));
    }

    [Theory, MemberData(nameof(Folders))]
    public void A_component_that_is_no_directory_is_an_error(string name)
    {
        Write(name, "x");
        Assert.Equal(("IMG1152", Path.Combine(directory, name)), (Fail().Code, Fail().File));
        File.Delete(Path.Combine(directory, name));
        Directory.CreateDirectory(Path.Combine(directory, "real"));
        File.CreateSymbolicLink(Path.Combine(directory, name), "real");
        Read();
    }

    [Theory]
    [InlineData("manifest", "{\"SourceImage\": \"a\",\n  \"SourceImg\": 1}", "SourceImg", 2, 3)]
    [InlineData("manifest", "{\"FilterLine\": []}", "FilterLine", 1, 2)]
    [InlineData("triggers", "[{\"MatchLine\": [], \"Service\": \"s\"}]", "MatchLine", 1, 3)]
    [InlineData("owners.json", "{\"User\": []}", "User", 1, 2)]
    [InlineData("computed-files.json", "[{\"FileName\": \"/a\", \"Sorce\": \"h:1\"}]", "Sorce", 1, 21)]
    public void A_member_near_to_a_known_one_is_a_warning(string name, string text, string member, int line, int column)
    {
        Write(name, text);
        Read();
        var warning = Assert.Single(listener.Warnings);
        Assert.Equal(("IMG1154", Path.Combine(directory, name), line, column), (warning.Code, warning.File, warning.Line, warning.Column));
        Assert.Contains(member, warning.Message);
    }

    [Theory]
    [InlineData("manifest", "{\"SourceImage\": \"a\",\n\"SourceImage\": \"b\"}", 2, 1)]
    [InlineData("manifest", "{\"SourceImage\": \"a\",\n \"sourceimage\": \"b\"}", 2, 2)]
    [InlineData("tags.json", "{\"a\": \"1\",\n\"a\": \"2\"}", 2, 1)]
    [InlineData("owners.json", "{\"Users\": [],\n  \"Users\": []}", 2, 3)]
    [InlineData("triggers", "[{\"Service\": \"a\",\n\"Service\": \"b\"}]", 2, 1)]
    [InlineData("manifest", "{\"SourceImage\": 7}", 1, 17)]
    [InlineData("manifest", "{\"SourceImageTagsToMatch\": {\"a\": \"b\"}}", 1, 34)]
    [InlineData("tags.json", "{\n\"a\": 1}", 2, 6)]
    [InlineData("tags.json", "[]", 1, 1)]
    [InlineData("tags.json", "{\"a\": \"b\",}", 1, 11)]
    public void Mistakes_in_json_have_their_place(string name, string text, int line, int column)
    {
        Write(name, text);
        var error = Fail();
        Assert.Equal(("IMG1012", Path.Combine(directory, name), line, column), (error.Code, error.File, error.Line, error.Column));
        Assert.DoesNotContain("reader", error.Message);
    }

    [Fact]
    public void Tags_that_differ_in_case_are_two()
    {
        Write("tags.json", "{\"a\": \"1\", \"A\": \"2\"}");
        Assert.Equal(2, Read().Tags!.Count);
    }

    [Fact]
    public void A_computed_file_without_its_source_has_its_line()
    {
        Write("computed-files", "# x\n/a h:1\n/b\n");
        var error = Fail();
        Assert.Equal(("IMG1013", 3), (error.Code, error.Line));
        Assert.Contains("host:port", error.Message);
    }

    string Inputs(ImageProject project) =>
        new StageInputs(new BuildPlan(project, ManifestReader.Read(project, listener)), new DigestCache(Path.Combine(directory, "no-digests"))).Describe(ImageStage.CopyFiles);

    [Fact]
    public void A_template_counts_by_what_it_comes_to()
    {
        Write("files.templated/etc/a", "{{.COLOUR}}");
        var project = Project() with { Variables = [new("COLOUR", "blue"), new("OTHER", "1")] };
        var inputs = Inputs(project);
        Assert.Equal(inputs, Inputs(project with { Variables = [new("COLOUR", "blue"), new("OTHER", "2")] }));
        Assert.NotEqual(inputs, Inputs(project with { Variables = [new("COLOUR", "red"), new("OTHER", "1")] }));
        Write("files.templated/etc/a", "{{/* another way to say it */}}{{ .COLOUR }}");
        Assert.Equal(inputs, Inputs(project));
        Write("files.templated/etc/a", "{{.}}");
        Assert.NotEqual(Inputs(project), Inputs(project with { Variables = [new("COLOUR", "blue"), new("OTHER", "2")] }));
    }

    [Fact]
    public void Templates_are_carried_out_before_anything_else()
    {
        Write("files.templated/etc/a", "ok\n  {{.IMAGE_STREAM.NAME}}\n");
        var error = Assert.Throws<BuildException>(() => TemplateCheck.Check(Read(), listener, CancellationToken.None)).Diagnostic;
        Assert.Equal(("IMG1150", Path.Combine(directory, "files.templated/etc/a"), 2, 5), (error.Code, error.File, error.Line, error.Column));
        Write("files.templated/etc/a", "ok\n  {{.NAEM}}\n");
        TemplateCheck.Check(Read(), listener, CancellationToken.None);
        var warning = Assert.Single(listener.Warnings);
        Assert.Equal(("IMG1153", 2, 5), (warning.Code, warning.Line, warning.Column));
        using (var huge = File.Create(Path.Combine(directory, "files.templated/etc/a")))
            huge.SetLength(1L << 40);
        Assert.Equal("IMG1156", Assert.Throws<BuildException>(() => TemplateCheck.Check(Read(), listener, CancellationToken.None)).Diagnostic.Code);
    }
}
