using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>Signs the list of packages of a folder with a key of its own.</summary>
sealed class SignedRelease : IDisposable
{
    readonly string folder;
    readonly string keys;

    /// <param name="folder">With a file Packages.</param>
    public SignedRelease(string folder)
    {
        this.folder = folder;
        // gpg's sockets need a short path.
        keys = Directory.CreateTempSubdirectory("imagesdk-keys-").FullName;
        Gpg("--passphrase", "", "--quick-gen-key", "tests@example.org", "default", "default", "never");
    }

    public void Write(DateTimeOffset validUntil)
    {
        var packages = File.ReadAllBytes(Path.Combine(folder, "Packages"));
        var release = new StringBuilder();
        release.Append(CultureInfo.InvariantCulture, $"Date: {DateTimeOffset.UtcNow.AddDays(-7):r}\nValid-Until: {validUntil:r}\nSHA256:\n");
        release.Append(CultureInfo.InvariantCulture, $" {Convert.ToHexStringLower(SHA256.HashData(packages))} {packages.Length} Packages\n");
        File.WriteAllText(Path.Combine(folder, "Release"), release.ToString());
        Gpg("--yes", "--clearsign", "--output", Path.Combine(folder, "InRelease"), Path.Combine(folder, "Release"));
        File.Delete(Path.Combine(folder, "Release"));
    }

    public void WriteKey(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        Gpg("--yes", "--output", file, "--export");
    }

    /// <summary>Removes the key, and the agent that gpg left running for it.</summary>
    public void Dispose()
    {
        SamplePackage.Run("gpgconf", ["--homedir", keys, "--kill", "all"]);
        Directory.Delete(keys, recursive: true);
    }

    void Gpg(params string[] arguments) => SamplePackage.Run("gpg", ["--homedir", keys, "--batch", "--quiet", .. arguments]);
}
