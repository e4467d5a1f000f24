using ImageSdk.Building.State;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Tests.Downloads;

/// <summary>Images that are built on a file which is fetched first.</summary>
public class SourceUrlBuildTests(BaseImage @base) : IClassFixture<BaseImage>
{
    [ImageFact]
    public async Task An_image_is_built_on_a_container_image()
    {
        var (below, _) = @base.New("below-oci");
        await @base.Workspace.BuildAsync(below);
        var made = await @base.Workspace.MakeAsync(below, new("oci", new Dictionary<string, string>(), Path.Combine(@base.Workspace.Folder, "a layout ü")));
        var directory = @base.Workspace.NewManifest("on oci");
        ImageWorkspace.Write(directory, "files/etc/mine", "mine\n");
        var project = @base.Workspace.Project("test/on-oci", directory) with { Bootstrap = new() { Download = new($"oci:{made.Path}"), PackagerType = "deb" } };
        var built = await @base.Workspace.BuildAsync(project);
        Assert.NotNull(built.Find("/etc/mine"));
        Assert.NotNull(built.Find("/usr/bin/dpkg"));
        Assert.NotEmpty(built.Image.Packages!);
        Assert.Empty((await @base.Workspace.BuildAsync(project)).Ran);
    }

    [ImageFact]
    public async Task An_image_is_built_on_a_download()
    {
        var (below, manifest) = @base.New("below-url");
        ImageWorkspace.Write(manifest, "files/etc/run", Guid.NewGuid().ToString());
        await @base.Workspace.BuildAsync(below);
        var made = await @base.Workspace.MakeAsync(below, new("tar", new Dictionary<string, string> { ["Compression"] = "zstd" }, Path.Combine(@base.Workspace.Folder, "url.tar.zst")));
        using var server = new ContentServer();
        var content = File.ReadAllBytes(made.Path);
        server.Contents["root ü.tar.zst"] = content;
        var digest = $"sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))}";
        var directory = @base.Workspace.NewManifest("on url");
        ImageWorkspace.Write(directory, "files/etc/mine", "mine\n");
        var download = new SourceDownload(server.Address("root ü.tar.zst")) { Digest = digest };
        var project = @base.Workspace.Project("test/on-url", directory) with { Bootstrap = new() { Download = download, PackagerType = "deb" } };

        var built = await @base.Workspace.BuildAsync(project);
        Assert.NotNull(built.Find("/etc/mine"));
        Assert.NotNull(built.Find("/usr/bin/dpkg"));
        Assert.Single(server.Requests);
        Assert.Empty(built.Listener.Warnings);
        Assert.Contains(built.Listener.ProgressLines, line => line.StartsWith("Downloading root ü.tar.zst: ", StringComparison.Ordinal));

        // With a digest no server is asked, not even for another project on the same file.
        Assert.Empty((await @base.Workspace.BuildAsync(project)).Ran);
        Assert.Single(server.Requests);

        // Without one the server is asked; the layer is the same one.
        var lockFile = Path.Combine(directory, "image.lock.json");
        var loose = project with { Bootstrap = project.Bootstrap with { Download = download with { Digest = "" } }, Lock = new(lockFile, false, false) };
        var again = await @base.Workspace.BuildAsync(loose);
        Assert.DoesNotContain(ImageStage.UnpackSourceImage, again.Ran);
        Assert.Equal("IMG2265", Assert.Single(again.Listener.Warnings).Code);
        Assert.Equal((Contracts.Locks.LockedSourceType.File, download.Url, digest), ImageLockFile.Read(lockFile).Source is var source ? (source.Type, source.Name, source.Digest) : default);

        // With a lock the server may have something else: what is locked counts.
        server.Contents["root ü.tar.zst"] = [1, 2, 3];
        var requests = server.Requests.Count;
        Assert.Empty((await @base.Workspace.BuildAsync(loose)).Listener.Warnings);
        Assert.Equal(requests, server.Requests.Count);
        var forced = loose with { Lock = new(lockFile, false, true) };
        Assert.Equal("IMG2250", (await @base.Workspace.FailAsync(forced)).Diagnostic.Code);
        Assert.Equal("IMG4020", (await @base.Workspace.FailAsync(loose with
        {
            Lock = new(lockFile, true, false), Bootstrap = project.Bootstrap with { Download = download with { Digest = $"sha256:{new string('0', 64)}" } },
        })).Diagnostic.Code);
    }
}
