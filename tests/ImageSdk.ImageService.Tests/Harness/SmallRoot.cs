using System.Diagnostics;
using System.Formats.Tar;
using System.Text;

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>A root file system of one program (Debian's busybox-static), with a kernel that is none.</summary>
static class SmallRoot
{
    public const string Kernel = "a kernel that is none\n", Initrd = "an initial file system that is none\n", Parameters = "quiet ro\n";

    const string Program = "/bin/busybox";

    /// <summary>Why there is none; null where there is.</summary>
    public static string? WhyNot => File.Exists(Program) ? null : "needs busybox-static; eng/test.sh installs it";

    /// <summary>The tree as a tar file.</summary>
    public static byte[] Tar()
    {
        var content = new MemoryStream();
        using (var writer = new TarWriter(content, leaveOpen: true))
        {
            foreach (var folder in new[] { "bin/", "boot/", "dev/", "etc/", "proc/", "sys/", "root/", "usr/", "usr/bin/", "var/" })
                writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)0b111_101_101 });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "tmp/") { Mode = (UnixFileMode)0b1_111_111_111 });
            Add(writer, "bin/busybox", File.ReadAllBytes(Program), (UnixFileMode)0b111_101_101);
            foreach (var name in new[] { "sh", "cat", "echo", "ls", "touch", "rm", "sleep", "true", "id", "mkdir", "wc", "test" })
                writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{name}") { LinkName = "busybox" });
            // It has no packages.
            Add(writer, "usr/bin/dpkg-query", "#!/bin/sh\nexit 0\n"u8.ToArray(), (UnixFileMode)0b111_101_101);
            Add(writer, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"u8.ToArray());
            Add(writer, "etc/group", "root:x:0:\n"u8.ToArray());
            Add(writer, "boot/vmlinuz", Encoding.UTF8.GetBytes(Kernel));
            Add(writer, "boot/initrd", Encoding.UTF8.GetBytes(Initrd));
            Add(writer, "boot/kernel-parameters", Encoding.UTF8.GetBytes(Parameters));
        }
        return content.ToArray();
    }

    /// <summary>The tree as a squashfs.</summary>
    public static byte[] Squashfs()
    {
        var folder = Directory.CreateTempSubdirectory("imagesdk-root-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "root.tar"), Tar());
            Run("tar", "-C", Directory.CreateDirectory(Path.Combine(folder, "root")).FullName, "-xpf", Path.Combine(folder, "root.tar"));
            Run("mksquashfs", Path.Combine(folder, "root"), Path.Combine(folder, "root.squashfs"), "-quiet", "-no-progress");
            return File.ReadAllBytes(Path.Combine(folder, "root.squashfs"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A gzipped tar file of texts.</summary>
    public static byte[] Archive(params (string Name, string Text)[] files)
    {
        var content = new MemoryStream();
        using (var zip = new System.IO.Compression.GZipStream(content, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        using (var writer = new TarWriter(zip))
            foreach (var (name, text) in files)
                Add(writer, name, Encoding.UTF8.GetBytes(text), name.EndsWith(".sh", StringComparison.Ordinal) ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100);
        return content.ToArray();
    }

    static void Add(TarWriter writer, string name, byte[] content, UnixFileMode mode = (UnixFileMode)0b110_100_100) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = mode, DataStream = new MemoryStream(content) });

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{error.Result}");
        return output;
    }
}
