using ImageSdk.Building.Manifests;
using ImageSdk.Building.Scanning;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.Scanning;

/// <summary>Warnings of what is legal but unwise.</summary>
public class ImageAdviceTests
{
    static readonly ImageProject project = new() { ProjectFile = "/p/x.imgproj", ManifestDirectory = "/p", Stream = "x", Architecture = "amd64", ImageFile = "/p/x.image", CacheDirectory = "/c", Store = new("/s/i", "/s/o") };

    [Fact]
    public void Each_unwise_thing_has_its_warning_and_the_names()
    {
        var tree = Tree(builder =>
        {
            File(builder, "/etc/open", mode: 0x1B6);
            Folder(builder, "/srv/all", 0x1FF);
            File(builder, "/etc/ssh/ssh_host_rsa_key");
            File(builder, "/etc/ssh/ssh_host_rsa_key.pub");
            File(builder, "/root/.ssh/id_ed25519");
            File(builder, "/home/ann/.ssh/id_rsa");
            File(builder, "/etc/ssl/private/web.key");
            File(builder, "/var/lib/apt/lists/deb_dists_Packages");
            File(builder, "/etc/machine-id", size: 33);
        });
        var found = new ImageAdvice(tree, null, project).Find().ToDictionary(advice => advice.Code, advice => advice.Message);
        Assert.Equal(["IMG1610", "IMG1611", "IMG1612", "IMG1613"], found.Keys);
        Assert.Contains("/etc/open, /srv/all.", found["IMG1610"]);
        Assert.Contains("/etc/ssh/ssh_host_rsa_key, /root/.ssh/id_ed25519, /etc/ssl/private/web.key, /home/ann/.ssh/id_rsa.", found["IMG1611"]);
        Assert.DoesNotContain(".pub", found["IMG1611"]);
        // What the source image has alike is its own project's.
        Assert.Empty(new ImageAdvice(tree, tree, project).Find());
        Assert.DoesNotContain("IMG1613", new ImageAdvice(tree, null, project with { Sandbox = project.Sandbox with { KeptIdentity = ["machine-id"] } }).Find().Select(advice => advice.Code));
    }

    [Fact]
    public void What_is_usual_has_none() => Assert.Empty(new ImageAdvice(Tree(builder =>
    {
        Folder(builder, "/tmp", 0x3FF);
        Folder(builder, "/var/tmp", 0x3FF);
        File(builder, "/run/lock/open", mode: 0x1B6);
        File(builder, "/etc/machine-id", size: 0);
        File(builder, "/etc/ssh/sshd_config");
        builder.Add("/etc/link", new SymlinkInode { Target = "x" });
    }), null, project).Find());

    [Fact]
    public void Many_names_are_cut()
    {
        var tree = Tree(builder =>
        {
            for (var number = 0; number < 9; number++)
                File(builder, $"/srv/{number}\n", mode: 0x1B6);
        });
        Assert.Contains("/srv/0\\n, /srv/1\\n, /srv/2\\n, /srv/3\\n, /srv/4\\n and 4 more.", Assert.Single(new ImageAdvice(tree, null, project).Find()).Message);
    }

    [Theory]
    [InlineData("DB_PASSWORD", true)]
    [InlineData("github.token", true)]
    [InlineData("API_KEY", true)]
    [InlineData("PASSWORD_FILE", false)]
    [InlineData("TOKENIZER", false)]
    [InlineData("SORT_KEY", false)]
    public void Variables_with_names_of_secrets_are_noticed(string name, bool isSecret) =>
        Assert.Equal(isSecret ? ["IMG1614"] : [], ProjectAdvice.Find(project with { Variables = [new(name, "x")] }, []).Select(advice => advice.Code));

    [Fact]
    public void A_tree_with_password_hashes_is_noticed()
    {
        var directory = Directory.CreateTempSubdirectory("imagesdk-advice-");
        try
        {
            Directory.CreateDirectory(Path.Combine(directory.FullName, "etc"));
            var tree = new ProjectTreeItem(directory.FullName, ImageStage.CopyFiles);
            Assert.Empty(ProjectAdvice.Find(project, [tree]));
            System.IO.File.WriteAllText(Path.Combine(directory.FullName, "etc/shadow"), "");
            Assert.Equal("IMG1615", Assert.Single(ProjectAdvice.Find(project, [tree])).Code);
            Assert.Empty(ProjectAdvice.Find(project, [tree with { TargetPath = "/opt/x" }]));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    static FileSystem Tree(Action<FileSystemBuilder> fill)
    {
        var builder = new FileSystemBuilder();
        fill(builder);
        return builder.Build();
    }

    static void File(FileSystemBuilder builder, ByteString path, ulong size = 5, uint mode = 0x1A4)
    {
        Parents(builder, path);
        builder.Add(path, new RegularInode { Mode = InodeMode.Regular | mode, Size = size, Hash = size == 0 ? default : ObjectHash.Of(path.Span) });
    }

    static void Folder(FileSystemBuilder builder, ByteString path, uint mode)
    {
        Parents(builder, path);
        builder.Add(path, new DirectoryInode { Mode = InodeMode.Directory | mode });
    }

    static void Parents(FileSystemBuilder builder, ByteString path)
    {
        for (var slash = 1; path.Span[slash..].IndexOf((byte)'/') is >= 0 and var next; slash += next + 1)
            if (new ByteString(path.Span[..(slash + next)]) is var parent && builder.Build().Index.Find(parent) is null)
                builder.Add(parent, new DirectoryInode { Mode = InodeMode.Directory | 0x1ED });
    }
}
