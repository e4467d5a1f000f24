using System.Formats.Tar;
using ImageSdk.Archives;
using ImageSdk.Debian.Dpkg;
using ImageSdk.Packages.Cache;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>Packages that share directories: what those look like does not depend on which of the packages was extracted faster.</summary>
public sealed class PackageExtractorTests : IDisposable
{
    const int Repetitions = 20;

    const UnixFileMode Shared = UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk extract ü").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 0)]
    public void A_directory_is_as_the_first_or_the_last_package_has_it(bool keepsDirectories, int winner)
    {
        // The first is the largest and so finished last; the second brings a directory into each.
        List<CachedPackage> packages = [Package(0, 4_000_000), Package(1, 0), Package(2, 100_000)];
        var before = DateTime.UtcNow.AddSeconds(-1);
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var root = Directory.CreateDirectory(Path.Combine(folder, $"root {keepsDirectories} {repetition}")).FullName;
            PackageExtractor.Extract(packages, root, keepsDirectories, CancellationToken.None);

            Assert.Equal(Start.AddDays(winner).UtcDateTime, File.GetLastWriteTimeUtc(Path.Combine(root, "usr/empty ü")));
            Assert.Equal(UnixFileMode.UserRead | (UnixFileMode)(1 << winner), File.GetUnixFileMode(Path.Combine(root, "usr/empty ü")));
            // dpkg makes the inner directory after the outer one has its time, tar does not.
            var outer = File.GetLastWriteTimeUtc(Path.Combine(root, "usr/locale"));
            if (keepsDirectories)
                Assert.True(outer > before, $"{outer}");
            else
                Assert.Equal(Start.AddDays(winner).UtcDateTime, outer);
            Assert.True(File.GetLastWriteTimeUtc(Path.Combine(root, "usr/locale/af")) > before);
        }
    }

    [Fact]
    public void A_directory_that_is_there_stays_as_it_is()
    {
        var root = Directory.CreateDirectory(Path.Combine(folder, "root")).FullName;
        var there = Directory.CreateDirectory(Path.Combine(root, "usr/empty ü"));
        there.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        there.LastWriteTimeUtc = Start.UtcDateTime.AddYears(1);
        PackageExtractor.Extract([Package(0, 10), Package(1, 10)], root, keepsDirectories: true, CancellationToken.None);
        there.Refresh();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, there.UnixFileMode);
        Assert.Equal(Start.UtcDateTime.AddYears(1), there.LastWriteTimeUtc);
    }

    /// <summary>A package whose directories tell its number by their modes and times.</summary>
    CachedPackage Package(int number, int size)
    {
        var data = new MemoryStream();
        using (var writer = new TarWriter(data, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var (name, mode) in new[] { ("./", Shared), ("./usr/", Shared), ("./usr/empty ü/", (UnixFileMode)(1 << number)), ("./usr/locale/", Shared), ("./usr/locale/af/", Shared) })
                writer.WriteEntry(Owned(new GnuTarEntry(TarEntryType.Directory, name) { Mode = UnixFileMode.UserRead | mode, ModificationTime = Start.AddDays(number) }));
            writer.WriteEntry(Owned(new GnuTarEntry(TarEntryType.RegularFile, $"./usr/locale/af/{number}")
            {
                Mode = UnixFileMode.UserRead, ModificationTime = Start, DataStream = new MemoryStream(new byte[size]),
            }));
        }
        var file = Path.Combine(folder, $"{number}.deb");
        File.WriteAllBytes(file,
        [
            .. DebArchive.Magic, .. DebArchive.WriteHeader("debian-binary", 4), .. "2.0\n"u8, .. DebArchive.WriteHeader("control.tar", 0),
            .. DebArchive.WriteHeader("data.tar", data.Length), .. data.ToArray(),
        ]);
        return new(SamplePackage.Describe($"sample{number}", "1", file), file);
    }

    GnuTarEntry Owned(GnuTarEntry entry)
    {
        using var handle = DirectoryHandle.Open(folder);
        (entry.Uid, entry.Gid) = ((int)handle.Stat().Uid, (int)handle.Stat().Gid);
        return entry;
    }
}
