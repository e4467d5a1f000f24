using System.Diagnostics;
using System.Security.Cryptography;
using ImageSdk.Building;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.ImageBuilder.Engine;

namespace ImageSdk.ImageBuilder.Tests;

/// <summary>
/// A small system as a disk (qcow2, GPT, ext4), made once for all tests by the engine itself, and an archive with packages of the tests' own. Both are served by
/// a web server, and the layers that are made of them are shared.
/// </summary>
public sealed class BaseDisk : IAsyncLifetime
{
    readonly string folder = Path.Combine(Root, $"image builder bäse {Environment.ProcessId}");

    // gpg's sockets need a short path.
    readonly string keys = Directory.CreateTempSubdirectory("imagesdk-keys-").FullName;

    internal FileServer Server { get; } = new();

    public string Cache => Path.Combine(folder, "cache");

    public string File => Path.Combine(folder, "served", "base.img");

    public string Url => Server.Url("/base.img");

    public string Digest => Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(File)));

    /// <summary>Why images cannot be built here; null where they can.</summary>
    public static string? WhyNot { get; } = new[] { "bwrap", "mmdebstrap", "unshare", "dpkg-deb", "gpg" }.FirstOrDefault(tool => !System.IO.File.Exists($"/usr/bin/{tool}")) is { } missing ? $"needs {missing}; eng/test.sh installs it" : null;

    static string Root => Environment.GetEnvironmentVariable("IMAGESDK_TEST_ROOT") is { Length: > 0 } named ? named : Path.GetTempPath();

    public async Task InitializeAsync()
    {
        if (WhyNot is not null)
            return;
        var served = Directory.CreateDirectory(Path.Combine(folder, "served")).FullName;
        Server.Directory = served;
        MakeKey();
        AddPackage("image-builder-sample", "1.0");
        await MakeAsync("base", File, [], "", new() { ["Bootable"] = "false", ["FreeSpace"] = "8M" });
    }

    /// <summary>Makes a disk (qcow2).</summary>
    /// <param name="name">Of the image.</param>
    /// <param name="file">Where it goes.</param>
    /// <param name="packages">Beside those of the small system.</param>
    /// <param name="script">Run in it after that; empty for none.</param>
    /// <param name="options">Of the format.</param>
    public async Task MakeAsync(string name, string file, IReadOnlyList<string> packages, string script, Dictionary<string, string> options)
    {
        var manifest = Directory.CreateDirectory(Path.Combine(folder, $"manifest {name}")).FullName;
        if (script.Length > 0)
        {
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(manifest, "scripts")).FullName, "script");
            await System.IO.File.WriteAllTextAsync(path, script);
            System.IO.File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
        }
        var project = new ImageProject
        {
            ProjectFile = Path.Combine(manifest, $"{name}.imgproj"), ManifestDirectory = manifest, Stream = name, Architecture = EngineProgram.Architecture, CacheDirectory = Cache, Packages = packages,
            Store = new(Path.Combine(folder, "images"), Path.Combine(folder, "objects")), ImageFile = Path.Combine(folder, $"{name}.image"),
            Bootstrap = new() { Command = ["mmdebstrap", "--variant=apt", "--mode=root", "bookworm", "$dir"], PackagerType = "deb" },
        };
        using var workers = new BuildWorkers(DaemonWorker.Assembly, DaemonWorker.FindDotnet());
        var build = new ImageBuild(Path.Combine(folder, $"state {name}"), new Silent());
        build.Prepare(project);
        await build.ResolveSourceAsync([], mayBuild: false);
        foreach (var row in StageTable.Rows.Where(row => row.Kind != StageKind.Resolve))
        {
            build.DigestInputs(row.Stage);
            await build.RunStageAsync(row.Stage, workers, CancellationToken.None);
        }
        var request = new ArtifactRequest("qcow2", options, Path.Combine(folder, $"made {name}"));
        var made = await build.MakeArtifactsAsync([request], areProjects: false, workers, CancellationToken.None);
        System.IO.File.Move(made.Single().Path, file);
    }

    /// <summary>Adds a package, or a version of one, to the archive.</summary>
    /// <param name="script">Run as it is configured (postinst); empty for none.</param>
    public void AddPackage(string name, string version, string script = "")
    {
        var archive = Path.Combine(folder, "served", "ppa/tests/archive/ubuntu");
        var tree = Path.Combine(folder, $"{name}-{version}");
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        Directory.CreateDirectory(Path.Combine(tree, "usr/share", name));
        Directory.CreateDirectory(Path.Combine(archive, "pool"));
        System.IO.File.WriteAllText(Path.Combine(tree, "usr/share", name, "version"), version + "\n");
        var control = $"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: sample\n";
        System.IO.File.WriteAllText(Path.Combine(tree, "DEBIAN/control"), control);
        if (script.Length > 0)
        {
            System.IO.File.WriteAllText(Path.Combine(tree, "DEBIAN/postinst"), script);
            System.IO.File.SetUnixFileMode(Path.Combine(tree, "DEBIAN/postinst"), (UnixFileMode)Convert.ToInt32("755", 8));
        }
        var file = Path.Combine(archive, "pool", $"{name}_{version}.deb");
        Run("dpkg-deb", "--root-owner-group", "--build", tree, file);
        var lists = Directory.CreateDirectory(Path.Combine(archive, "dists/trusty/main", $"binary-{EngineProgram.Architecture}")).FullName;
        System.IO.File.AppendAllText(Path.Combine(lists, "Packages"),
            $"{control}Filename: pool/{Path.GetFileName(file)}\nSize: {new FileInfo(file).Length}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(file)))}\n\n");
        var content = System.IO.File.ReadAllBytes(Path.Combine(lists, "Packages"));
        var release = Path.Combine(archive, "dists/trusty/Release");
        System.IO.File.WriteAllText(release, string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Suite: trusty\nCodename: trusty\nComponents: main\nArchitectures: {EngineProgram.Architecture}\nDate: {DateTimeOffset.UtcNow.AddMinutes(-1):r}\nSHA256:\n {Convert.ToHexStringLower(SHA256.HashData(content))} {content.Length} main/binary-{EngineProgram.Architecture}/Packages\n"));
        Gpg("--yes", "--clearsign", "--output", Path.Combine(Path.GetDirectoryName(release)!, "InRelease"), release);
    }

    /// <summary>A key, and what Launchpad and a key server say of it.</summary>
    void MakeKey()
    {
        Gpg("--passphrase", "", "--quick-gen-key", "tests@example.org", "ed25519", "default", "never");
        var fingerprint = Gpg("--with-colons", "--list-keys").Split('\n').First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
        Server.Put("/1.0/~tests/+archive/ubuntu/archive", $$"""{"signing_key_fingerprint": "{{fingerprint}}"}""");
        Server.Put($"/pks/lookup?op=get&options=mr&search=0x{fingerprint}", Gpg("--armor", "--export"));
    }

    public string WriteKey(string file)
    {
        Gpg("--yes", "--output", file, "--export");
        return file;
    }

    string Gpg(params string[] arguments) => Run("gpg", ["--homedir", keys, "--batch", "--quiet", .. arguments]);

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        if (WhyNot is null)
            Run("gpgconf", "--homedir", keys, "--kill", "all");
        Directory.Delete(keys, recursive: true);
        if (!Directory.Exists(folder))
            return;
        using (var workers = new BuildWorkers(DaemonWorker.Assembly, DaemonWorker.FindDotnet()))
            await new Building.Caching.LayerCache(Cache).CollectAsync(new(0, null), workers, new Silent(), CancellationToken.None);
        Run("rm", "-rf", folder);
    }

    sealed class Silent : IBuildListener
    {
        public void Report(Diagnostic diagnostic)
        {
        }

        public void Progress(string message)
        {
        }

        public void Output(string line)
        {
        }
    }
}

/// <summary>A test that builds a real image.</summary>
sealed class ImageFactAttribute : FactAttribute
{
    public ImageFactAttribute() => Skip = BaseDisk.WhyNot;
}
