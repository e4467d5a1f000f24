using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building.Tests.DebianPackages;

namespace ImageSdk.Building.Tests.PackageArchives;

/// <summary>An archive with a suite "bookworm", served over HTTP and signed by a key of its own.</summary>
sealed class SignedArchive : IDisposable
{
    readonly RepositoryServer server;
    readonly string folder;

    /// <param name="place">Where it lies at its server.</param>
    /// <param name="package">What is in it.</param>
    public SignedArchive(string folder, string place, string package, string suite = "bookworm")
    {
        this.folder = folder;
        var repository = new LocalRepository(folder);
        repository.Add(package);
        var root = Path.Combine(folder, "served", place);
        Directory.CreateDirectory(Path.GetDirectoryName(root)!);
        Directory.Move(repository.Folder, root);
        Release = Path.Combine(root, "dists", suite, "Release");
        foreach (var architecture in new[] { "all", "amd64" })
        {
            var lists = Path.Combine(root, "dists", suite, "main", $"binary-{architecture}");
            Directory.CreateDirectory(lists);
            File.WriteAllText(Path.Combine(lists, "Packages"), architecture == "amd64" ? File.ReadAllText(Path.Combine(root, "Packages")) : "");
        }
        File.Delete(Path.Combine(root, "Packages"));
        WriteRelease(suite);
        server = new(Path.Combine(folder, "served"));
        Key.Sign(Release);
        Place = place;
    }

    public SigningKey Key { get; } = new();

    string Release { get; }

    string Place { get; }

    public string ServerAddress => $"http://127.0.0.1:{server.Port}";

    public string Address => $"{ServerAddress}/{Place}";

    public ServerFault Fault { set => server.Fault = value; }

    public int Requests => server.Requests.Count;

    public string WriteKey(bool armored = false) => Key.WriteTo(Path.Combine(folder, "a key ü.gpg"), armored);

    void WriteRelease(string suite)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Origin: LP-PPA-owner-name\nSuite: {suite}\nCodename: {suite}\nComponents: main\nArchitectures: amd64\nDate: {DateTimeOffset.UtcNow.AddDays(-1):r}\nSHA256:\n");
        var root = Path.GetDirectoryName(Release)!;
        foreach (var file in Directory.GetFiles(root, "Packages", SearchOption.AllDirectories))
        {
            var content = File.ReadAllBytes(file);
            text.Append(CultureInfo.InvariantCulture, $" {Convert.ToHexStringLower(SHA256.HashData(content))} {content.Length} {Path.GetRelativePath(root, file)}\n");
        }
        File.WriteAllText(Release, text.ToString());
    }

    public void Dispose()
    {
        server.Dispose();
        Key.Dispose();
    }
}
