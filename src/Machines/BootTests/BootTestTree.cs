using System.Text;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Machines.BootTests;

/// <summary>
/// What a test disk has that the image has not: the runner, and what makes the image's init start it. It depends on nothing but
/// the init, so that a change of a test makes no new disk: tests come over the channel.
/// </summary>
static class BootTestTree
{
    const string Runner = "usr/lib/imagesdk/boot-tests";
    const string Unit = "imagesdk-boot-tests.service";
    const UnixFileMode Executable = (UnixFileMode)0x1ed;

    /// <summary>Where systemd lies, with and without merged /usr.</summary>
    static readonly string[] systemd = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"];

    /// <param name="inittab">The image's own /etc/inittab; null where it has none.</param>
    /// <param name="directory">Is recreated.</param>
    /// <exception cref="BuildException">IMG6055: the image has no init that could start the runner.</exception>
    public static void Write(string directory, IReadOnlySet<string> imagePaths, Func<byte[]?> inittab, string file)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        WriteFile(Path.Combine(directory, Runner), Read("boot-tests"), Executable);
        if (systemd.Any(imagePaths.Contains))
            AddUnit(Path.Combine(directory, "etc/systemd/system"));
        else if (inittab() is { } own)
            WriteFile(Path.Combine(directory, "etc/inittab"), AddLine(own), (UnixFileMode)0x1a4);
        else
            throw new BuildException("IMG6055",
                "Boot tests need an init in the image that can start them: systemd, or one that reads /etc/inittab. The image has neither. Add the package systemd-sysv, or leave tests-boot out.", file);
    }

    static void AddUnit(string units)
    {
        WriteFile(Path.Combine(units, Unit), Read(Unit), (UnixFileMode)0x1a4);
        // Part of every boot, whatever its target is; the runner itself waits for the end of it.
        var wants = Directory.CreateDirectory(Path.Combine(units, "sysinit.target.wants")).FullName;
        File.CreateSymbolicLink(Path.Combine(wants, Unit), $"../{Unit}");
    }

    // Lines are done in order, and those before wait for what they start. The first field is a terminal for one kind of init, a
    // name for the other.
    static byte[] AddLine(byte[] inittab)
    {
        var isBusyBox = Encoding.UTF8.GetString(inittab).Split('\n').Any(line => line.TrimStart().StartsWith("::", StringComparison.Ordinal));
        return [.. inittab, .. Encoding.UTF8.GetBytes($"\n{(isBusyBox ? ":" : "itst:2345")}:once:/{Runner}\n")];
    }

    static byte[] Read(string name)
    {
        using var resource = typeof(BootTestTree).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return content;
    }

    static void WriteFile(string path, byte[] content, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, mode);
    }
}
