using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Packagers;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>Sources of packages that cannot be brought up to date: one error that names them, or a warning and nothing that later builds reuse.</summary>
public class UnavailableSourceBuildTests(BaseImage @base) : IClassFixture<BaseImage>
{
    const string AptOptions = "Acquire::http::Timeout \"1\";\nAcquire::Retries \"0\";\n";

    /// <summary>A project with packages of a folder, and one more source.</summary>
    (ImageProject Project, string Directory, LocalRepository Repository) New(string name, string source)
    {
        var (project, directory) = @base.New(name);
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"repository of {name}"));
        repository.Add("one");
        repository.Add("two");
        project = repository.Use(project, directory) with { Packages = ["one"] };
        Name(directory, source);
        ImageWorkspace.Write(directory, "files/etc/apt/apt.conf.d/patience", AptOptions);
        return (project, directory, repository);
    }

    static void Name(string directory, string source) => ImageWorkspace.Write(directory, "files/etc/apt/sources.list.d/other.list", source);

    string NewFolder(string name)
    {
        var other = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"served for {name}"));
        other.Add("served");
        return other.Folder;
    }

    static ImageProject Allowing(ImageProject project) => project with { Installation = new() { AllowsUnavailableSources = true } };

    [ImageTheory]
    [InlineData(ServerFault.Unreachable, false)]
    [InlineData(ServerFault.Unavailable, false)]
    [InlineData(ServerFault.Unavailable, true)]
    [InlineData(ServerFault.Silent, false)]
    [InlineData(ServerFault.CutOff, false)]
    public async Task A_source_that_fails_ends_the_build_and_is_asked_again_when_it_is_back(ServerFault fault, bool byPackager)
    {
        var name = $"down {fault} {byPackager}";
        using var server = new RepositoryServer(NewFolder(name)) { Fault = fault };
        var (project, directory, _) = New(name, server.Source("[trusted=yes] "));
        if (byPackager)
            // One word more, and the packager does it all.
            ImageWorkspace.Write(directory, "files/bin/generic-packager",
                GenericPackagerScript.Write(BuiltInPackagers.Find("deb", [])! with { Verbatim = ["export DEBIAN_FRONTEND=noninteractive LANG=C", "true"] }), executable: true);
        var error = (await @base.Workspace.FailAsync(project)).Diagnostic;
        Assert.Equal("IMG4130", error.Code);
        Assert.Contains($"http://127.0.0.1:{(fault == ServerFault.Unreachable ? 1 : server.Port)} (", error.Message);

        // With the property it is a warning; and what comes of it is this build's alone.
        for (var round = 0; round < 2; round++)
        {
            var built = await @base.Workspace.BuildAsync(Allowing(project));
            Assert.Equal("IMG4131", Assert.Single(built.Listener.Warnings).Code);
            Assert.Contains(ImageStage.InstallPackages, built.Ran);
            Assert.NotNull(built.Find("/usr/share/one/version"));
        }

        // When the source is back the same project installs from it.
        server.Fault = ServerFault.None;
        if (fault == ServerFault.Unreachable)
            Name(directory, server.Source("[trusted=yes] "));
        server.Requests.Clear();
        var whole = await @base.Workspace.BuildAsync(Allowing(project));
        Assert.Empty(whole.Listener.Warnings);
        Assert.Contains(ImageStage.InstallPackages, whole.Ran);
        Assert.Contains("/Packages", server.Requests);
        Assert.Contains(ImageStage.InstallPackages, (await @base.Workspace.BuildAsync(project with { Packages = ["one", "served"] })).Ran);
        // And from then on it is as any other.
        Assert.Empty((await @base.Workspace.BuildAsync(project with { Packages = ["one", "served"] })).Ran);
    }

    [ImageTheory]
    [InlineData("does not exist", "deb [trusted=yes] file:/srv/none ./\n", "file:/srv/none (")]
    [InlineData("cannot be resolved", "deb http://nowhere.invalid/debian bookworm main\n", "http://nowhere.invalid/debian bookworm (")]
    public async Task A_source_that_is_not_there_is_named(string name, string source, string expected)
    {
        var (project, _, _) = New(name, source);
        var error = (await @base.Workspace.FailAsync(project)).Diagnostic;
        Assert.Equal("IMG4130", error.Code);
        Assert.Contains(expected, error.Message);
    }

    [ImageFact]
    public async Task A_source_whose_lists_have_expired_ends_the_build_also_where_they_were_good_before()
    {
        const string name = "expired";
        using var server = new RepositoryServer(NewFolder(name));
        using var signed = new SignedRelease(Path.Combine(@base.Workspace.Folder, $"served for {name}", "pool"));
        signed.Write(validUntil: DateTimeOffset.UtcNow.AddDays(1));
        var (project, directory, _) = New(name, server.Source("[signed-by=/etc/apt/sample.gpg] "));
        signed.WriteKey(Path.Combine(directory, "files/etc/apt/sample.gpg"));
        await @base.Workspace.BuildAsync(project with { Packages = ["served"] });

        signed.Write(validUntil: DateTimeOffset.UtcNow.AddDays(-2));
        var error = (await @base.Workspace.FailAsync(project with { Packages = ["served", "two"] })).Diagnostic;
        Assert.Equal("IMG4130", error.Code);
        Assert.Contains($"http://127.0.0.1:{server.Port} (is expired", error.Message);

        // The lists that were good are of use to a build that allows it.
        var built = await @base.Workspace.BuildAsync(Allowing(project) with { Packages = ["served", "two"] });
        Assert.Equal("IMG4131", Assert.Single(built.Listener.Warnings).Code);
        Assert.NotNull(built.Find("/usr/share/served/version"));
    }

    [ImageFact]
    public async Task A_provisional_image_is_built_on_and_built_again()
    {
        const string name = "below";
        using var server = new RepositoryServer(NewFolder(name)) { Fault = ServerFault.Unavailable };
        var (below, _, repository) = New(name, server.Source("[trusted=yes] "));
        below = Allowing(below);
        await @base.Workspace.BuildAndPublishAsync(below);
        var directory = @base.Workspace.NewManifest("above provisional");
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        ImageWorkspace.Write(directory, "files/etc/above", "x");
        var above = @base.Workspace.Project("test/above-provisional", directory);
        Assert.NotNull((await @base.Workspace.BuildAsync(above, references: [below.ImageFile])).Find("/usr/share/one/version"));
        Assert.Empty((await @base.Workspace.BuildAsync(above, references: [below.ImageFile])).Ran);
        server.Fault = ServerFault.None;
        repository.Add("one", "2");
        Assert.Contains((await @base.Workspace.BuildAsync(below)).Image.Packages, package => package is { Name: "one", Version: "2" });
        Assert.Contains((await @base.Workspace.BuildAsync(above, references: [below.ImageFile])).Image.Packages, package => package is { Name: "one", Version: "2" });
    }
}
