using System.Text;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>Lists of packages that become far larger than what is fetched, from unsigned sources.</summary>
public class PackageListLimitTests(BaseImage @base) : IClassFixture<BaseImage>
{
    const int Limit = 1 << 20;

    /// <summary>A folder with a list, as servers have it: compressed, and nothing else.</summary>
    string NewFolder(string name, int bytes)
    {
        var folder = Directory.CreateDirectory(Path.Combine(@base.Workspace.Folder, $"bomb {name}")).FullName;
        var list = Path.Combine(folder, "Packages");
        var paragraph = "Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nFilename: ./sample.deb\nSize: 1\nSHA256: "
            + new string('0', 64) + "\nDescription: sample\n\n";
        var text = new StringBuilder();
        while (text.Length < bytes)
            text.Append(paragraph);
        File.WriteAllText(list, text.ToString());
        SamplePackage.Run("xz", list);
        Assert.InRange(new FileInfo(list + ".xz").Length, 1, Limit / 100);
        return folder;
    }

    (ImageProject Project, RepositoryServer Server) New(string name, int bytes)
    {
        var (project, directory) = @base.New($"list {name}");
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"repository of list {name}"));
        repository.Add("one");
        var server = new RepositoryServer(NewFolder(name, bytes));
        project = repository.Use(project, directory) with { Packages = ["one"] };
        ImageWorkspace.Write(directory, "files/etc/apt/sources.list.d/other.list", server.Source("[trusted=yes] "));
        return (project, server);
    }

    static ImageProject Bound(ImageProject project) => project with { Sandbox = project.Sandbox with { Limits = new() { Archive = Limit } } };

    [ImageFact]
    public async Task A_list_of_the_images_sources_is_given_up()
    {
        var (project, server) = New("large", 3 * Limit);
        using (server)
        {
            var diagnostic = (await @base.Workspace.FailAsync(Bound(project))).Diagnostic;
            Assert.Equal("IMG4300", diagnostic.Code);
            Assert.Contains("1MiB", diagnostic.Message);
            // Where the project allows as much it is a list like any other.
            Assert.NotNull((await @base.Workspace.BuildAsync(project)).Find("/usr/share/one/version"));
        }
    }

    [ImageFact]
    public async Task A_list_that_is_as_large_as_it_may_be_is_used()
    {
        var (project, server) = New("small", Limit / 2);
        using (server)
            Assert.NotNull((await @base.Workspace.BuildAsync(Bound(project))).Find("/usr/share/one/version"));
    }

    [ImageFact]
    public async Task A_list_of_a_bootstrap_is_given_up_and_leaves_nothing()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        using var server = new RepositoryServer(NewFolder("bootstrap", 3 * Limit));
        var project = workspace.Project("boot/bomb", workspace.NewManifest("bomb")) with
        {
            Bootstrap = new BootstrapSettings
            {
                Command = ["apt", "--distribution=debian", "--variant=essential", "--architecture=amd64", "bookworm", server.Source("[trusted=yes] ").TrimEnd()],
                PackagerType = "deb",
            },
        };
        Assert.Equal("IMG4300", (await workspace.FailAsync(Bound(project))).Diagnostic.Code);
        // Packages are those of all tests.
        Assert.DoesNotContain(
            Directory.EnumerateFiles(workspace.CacheDirectory, "*", SearchOption.AllDirectories),
            file => !file.Contains("/packages/", StringComparison.Ordinal) && new FileInfo(file).Length > Limit);
    }
}
