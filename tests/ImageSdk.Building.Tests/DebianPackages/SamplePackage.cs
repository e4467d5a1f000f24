using System.Diagnostics;
using System.Security.Cryptography;
using ImageSdk.Packages;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>Packages that dpkg-deb makes.</summary>
static class SamplePackage
{
    /// <summary>A package with one file, offered at a file address.</summary>
    /// <param name="compression">As dpkg-deb calls it: "xz", "zstd", "gzip", "none".</param>
    public static DebianPackage Make(string folder, string name, string compression, string version = "1:2.0-1")
    {
        var tree = Path.Combine(folder, $"{name}-tree");
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        Directory.CreateDirectory(Path.Combine(tree, "usr/share", name));
        File.WriteAllText(Path.Combine(tree, "usr/share", name, "ünïcode"), new string('x', 100_000));
        File.WriteAllText(Path.Combine(tree, "DEBIAN/control"),
            $"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: sample\n");
        var file = Path.Combine(folder, $"{name} of {compression}.deb");
        Run("dpkg-deb", "--root-owner-group", $"-Z{compression}", "--build", tree, file);
        return Describe(name, version, file);
    }

    public static DebianPackage Describe(string name, string version, string file) => new(
        name, version, "all", "file://" + Uri.EscapeDataString(file).Replace("%2F", "/", StringComparison.Ordinal),
        new FileInfo(file).Length, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));

    public static string PathOf(DebianPackage package) => Uri.UnescapeDataString(package.Uri["file://".Length..]);

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
