using System.IO.Compression;
using ImageSdk.Dominator;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

/// <summary>What can be compared, and in which form.</summary>
public class DiffSourceTests
{
    [Fact]
    public void Projects_image_files_and_packages_stand_for_their_images()
    {
        using var sample = SampleStore.WithTwoImages();
        var file = sample.Temporary["äpp 1/out/app.image"];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using (var stream = File.Create(file))
            ImageFile.Write(stream, sample.Store.Images.Get(SampleStore.First)!);
        var project = sample.Temporary["äpp 1/app.imgproj"];
        File.WriteAllText(project, "<Project><PropertyGroup><TargetPath>$(MSBuildProjectDirectory)/out/app.image</TargetPath></PropertyGroup></Project>");
        var package = sample.Temporary["app.1.0.0.nupkg"];
        using (var zip = ZipFile.Open(package, ZipArchiveMode.Create))
            zip.CreateEntryFromFile(file, "image/root.image");
        foreach (var other in (string[])[file, project, package])
        {
            Assert.Equal((0, ""), (sample.Run("diff", SampleStore.First, other).ExitCode, sample.Run("diff", SampleStore.First, other).Error));
            Assert.Equal(1, sample.Run("diff", other, SampleStore.Second).ExitCode);
        }
        File.Delete(file);
        sample.Run("diff", SampleStore.First, project).AssertError("IMG7103");
        File.WriteAllText(project, "<Project>");
        sample.Run("diff", SampleStore.First, project).AssertError("IMG7680");
        File.WriteAllText(package, "no package");
        sample.Run("diff", SampleStore.First, package).AssertError("IMG7104");
        File.Delete(package);
        using (var zip = ZipFile.Open(package, ZipArchiveMode.Create))
            zip.CreateEntry("lib/x");
        sample.Run("diff", SampleStore.First, package).AssertError("IMG7103");
    }

    [Fact]
    public void A_shell_is_opened_for_a_project_or_the_one_in_a_folder()
    {
        using var sample = SampleStore.WithTwoImages();
        var folder = Directory.CreateDirectory(sample.Temporary["mäny projects"]).FullName;
        Refuses(folder, "IMG7680", "has no image project");
        Refuses(folder + ".txt", "IMG7680", "is no project");
        File.WriteAllText(Path.Combine(folder, "b.imgproj"), "<Project><PropertyGroup><ImageStateDirectory>state</ImageStateDirectory></PropertyGroup></Project>");
        // It is found, and was never built.
        Refuses(folder, "IMG1016", "");
        File.WriteAllText(Path.Combine(folder, "a.imgproj"), "<Project />");
        Refuses(folder, "IMG7680", "name one of a.imgproj, b.imgproj");

        void Refuses(string project, string code, string why)
        {
            var run = sample.Run("shell", project, "--", "true");
            run.AssertError(code);
            Assert.Contains(why, run.Error);
        }
    }

    [Fact]
    public void Each_format_is_written_and_others_are_not_known()
    {
        using var sample = SampleStore.WithTwoImages();
        string Diff(string format) => sample.Run("diff", "--format", format, "--left-label", "old", SampleStore.First, SampleStore.Second).Output;
        Assert.StartsWith($"--- old\n+++ {SampleStore.Second}\n", Diff("text"), StringComparison.Ordinal);
        Assert.Contains("| bash | upgraded | 5.2-1 | 5.2-2 |\n", Diff("markdown"));
        Assert.Contains("<td class=\"what upgraded\">upgraded</td>", Diff("html"));
        Assert.Equal(Diff("json"), Diff("JSON"));
        sample.Run("diff", "--format", "pdf", SampleStore.First, SampleStore.Second).AssertError("IMG7101");
    }

    [Fact]
    public void Changelogs_come_from_where_the_image_is()
    {
        using var sample = SampleStore.WithTwoImages();
        using var log = new MemoryStream();
        using (var gzip = new GZipStream(log, CompressionLevel.Fastest))
            gzip.Write("bash (5.2-2) unstable; urgency=low\n\n  * Mend a hole.\n\n -- A <a@b.example>  x\n\nbash (5.2-1) unstable; urgency=low\n\n  * Old.\n"u8);
        var second = sample.Store.Images.Get(SampleStore.Second)!;
        var builder = new FileSystemBuilder(second.FileSystem!);
        foreach (var directory in (string[])["/usr", "/usr/share", "/usr/share/doc", "/usr/share/doc/bash"])
            builder.Add(directory, SampleImage.Directory);
        var content = log.ToArray();
        builder.Add("/usr/share/doc/bash/changelog.Debian.gz", new RegularInode
        {
            Mode = InodeMode.Regular | Permissions.File, Size = (ulong)content.Length, Hash = sample.Store.Objects.Add(content).Hash,
        });
        sample.Store.Images.Add("with-log", second with { FileSystem = builder.Build() });
        var run = sample.Run("diff", "--packages", "--changelogs", SampleStore.First, "with-log");
        Assert.EndsWith("changelog of bash:\n  5.2-2\n    * Mend a hole.\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("changelog of", sample.Run("diff", SampleStore.First, "with-log").Output);
    }
}
