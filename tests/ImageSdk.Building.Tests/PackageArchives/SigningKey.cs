using ImageSdk.Building.Tests.DebianPackages;

namespace ImageSdk.Building.Tests.PackageArchives;

/// <summary>An OpenPGP key of a test.</summary>
sealed class SigningKey : IDisposable
{
    // gpg's sockets need a short path.
    readonly string home = Directory.CreateTempSubdirectory("imagesdk-keys-").FullName;

    /// <param name="algorithm">As gpg calls it.</param>
    public SigningKey(string algorithm = "ed25519")
    {
        Gpg("--passphrase", "", "--quick-gen-key", "tests@example.org", algorithm, "default", "never");
        Fingerprints = [.. Gpg("--with-colons", "--with-subkey-fingerprint", "--list-keys").Split('\n').Where(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Select(line => line.Split(':')[9])];
    }

    /// <summary>Of the key, then of its subkeys.</summary>
    public IReadOnlyList<string> Fingerprints { get; }

    public void AddSubkey() => Gpg("--passphrase", "", "--quick-add-key", Fingerprints[0], "rsa2048", "sign", "never");

    public byte[] Export(bool armored = false)
    {
        var file = Path.Combine(home, "exported");
        Gpg([.. armored ? new[] { "--armor" } : [], "--yes", "--output", file, "--export"]);
        return File.ReadAllBytes(file);
    }

    public string WriteTo(string file, bool armored = false)
    {
        File.WriteAllBytes(file, Export(armored));
        return file;
    }

    /// <summary>Signs a Release file into InRelease beside it.</summary>
    public void Sign(string release) => Gpg("--yes", "--clearsign", "--output", Path.Combine(Path.GetDirectoryName(release)!, "InRelease"), release);

    public void Dispose()
    {
        SamplePackage.Run("gpgconf", ["--homedir", home, "--kill", "all"]);
        Directory.Delete(home, recursive: true);
    }

    string Gpg(params string[] arguments) => SamplePackage.Run("gpg", ["--homedir", home, "--batch", "--quiet", .. arguments]);
}
