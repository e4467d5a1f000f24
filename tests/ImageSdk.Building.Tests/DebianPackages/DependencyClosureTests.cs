using System.Diagnostics;
using System.Text;
using ImageSdk.Contracts.Projects;
using ImageSdk.Debian.Planning;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.DebianPackages;

public class DependencyClosureTests
{
    const string Sample = """
        Package: app
        Version: 1
        Depends: lib (>= 1) | other-lib, virtual

        Package: app
        Version: 2
        Pre-Depends: newer

        Package: lib
        Depends: app
        Recommends: recommended

        Package: newer

        Package: provider
        Version: 1
        Provides: virtual (= 1)

        Package: provider
        Version: 2
        Depends: deep

        Package: deep

        Package: recommended

        Package: apart
        Depends: app


        """;

    static string[] PackagesIn(string installed, params string[] names)
    {
        var folder = Directory.CreateTempSubdirectory("imagesdk-closure-");
        try
        {
            var (all, part) = (folder.CreateSubdirectory("all"), folder.CreateSubdirectory("part"));
            File.WriteAllText(Path.Combine(all.FullName, "host_InRelease"), "");
            File.WriteAllText(Path.Combine(all.FullName, "host_Packages"), Sample);
            File.WriteAllText(Path.Combine(all.FullName, "host_Translation-en"), "");
            using var source = DirectoryHandle.Open(all.FullName);
            using var target = DirectoryHandle.Open(part.FullName);
            var closure = new DependencyClosure(PackageLists.TryRead(source)!, new(Encoding.UTF8.GetBytes(installed)));
            foreach (var name in names)
                closure.Add(name);
            closure.Write(target, source, all.FullName);
            Assert.Equal(["host_InRelease", "host_Packages"], part.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
            Assert.Equal(Path.Combine(all.FullName, "host_InRelease"), new FileInfo(Path.Combine(part.FullName, "host_InRelease")).LinkTarget);
            return
            [
                .. ControlStanza.ReadAll(File.ReadAllText(Path.Combine(part.FullName, "host_Packages")))
                    .Select(stanza => $"{stanza["Package"]} {stanza["Version"]}".TrimEnd()),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_could_be_needed_is_kept_in_all_versions_and_in_its_order()
    {
        Assert.Equal(["app 1", "app 2", "lib", "newer", "provider 1", "provider 2", "deep"], PackagesIn("", "lib"));
        Assert.Equal(["provider 1", "provider 2", "deep"], PackagesIn("", "provider"));
        Assert.Equal(["newer", "recommended"], PackagesIn("", "recommended", "newer"));
        Assert.Empty(PackagesIn(""));
    }

    [Fact]
    public void So_is_what_is_installed_and_needs_something()
    {
        Assert.Equal(["deep"], PackagesIn("Package: unknown\nStatus: install ok installed\nDepends: deep\n"));
        Assert.Equal(["provider 1", "provider 2", "deep"], PackagesIn("Package: provider\nStatus: deinstall ok config-files\n"));
    }

    [Fact]
    public void Lists_that_are_no_text_are_not_read()
    {
        var folder = Directory.CreateTempSubdirectory("imagesdk-closure-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "host_Packages.lz4"), "");
            using var lists = DirectoryHandle.Open(folder.FullName);
            Assert.Null(PackageLists.TryRead(lists));
            File.Delete(Path.Combine(folder.FullName, "host_Packages.lz4"));
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "host_Packages"), "/elsewhere");
            Assert.Null(PackageLists.TryRead(lists));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Any packages of Debian's, on an empty system and on one that has many.</summary>
    [ImageFact]
    public void apt_says_the_same_of_an_excerpt_as_of_all_lists()
    {
        using var workspace = new ImageWorkspace();
        var directory = new AptDirectory(Path.Combine(workspace.Folder, "apt"));
        directory.Prepare(AptBootstrap.Parse(["apt", "--architecture=amd64", "bookworm"]));
        // A mirror that lacks a list for a moment is not what this test is about.
        var update = RunApt(["-q", "update"], []);
        for (var attempt = 1; attempt < 3 && update.Any(IsFailedFetch); attempt++)
            update = RunApt(["-q", "update"], []);
        Assert.False(update.Any(IsFailedFetch), string.Join('\n', update));
        var all = directory.ReadLists();
        Assert.NotNull(all);
        var main = all.Files.MaxBy(file => file.List.Count).List;
        var random = new Random(20);
        var compared = 0;
        for (var round = 0; round < 10; round++)
        {
            var folder = Path.Combine(workspace.Folder, $"rehearsals {round}");
            Directory.CreateDirectory(folder);
            var status = Path.Combine(folder, "status");
            File.WriteAllText(status, round % 2 == 0 || !File.Exists("/var/lib/dpkg/status") ? "" : File.ReadAllText("/var/lib/dpkg/status"));
            var names = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => Encoding.UTF8.GetString(main.NameOf(random.Next(main.Count)))).Distinct().ToList();
            var closure = new DependencyClosure(all, new(File.ReadAllBytes(status)));
            foreach (var name in names)
                closure.Add(name);
            if (RunDry("closure", closure) is not { } part)
                continue;
            var whole = RunDry("whole", null)!;
            compared++;
            // Several sources are fetched from side by side.
            Assert.Equal(UntilSummary(whole.Lines, names), UntilSummary(part.Lines, names));
            Assert.Equal(whole.Fetched.Order(StringComparer.Ordinal), part.Fetched.Order(StringComparer.Ordinal));
            Assert.Equal(whole.UnpackedFiles, part.UnpackedFiles);
            Assert.Equal(whole.ReadActions(), part.ReadActions());
            Assert.Equal(WithoutNumbers(whole.PlannerLog), WithoutNumbers(part.PlannerLog));

            DryRun? RunDry(string name, DependencyClosure? closure)
            {
                using var root = DirectoryHandle.Open(folder);
                var dryRun = new DryRunFolder(root, name, Path.Combine(folder, name));
                using (var methods = DirectoryHandle.Open($"/{DryRunFolder.AptMethods}"))
                    dryRun.Make(methods);
                if (closure is not null)
                    using (var lists = DirectoryHandle.Open(directory.ListsDirectory))
                        dryRun.Write(closure, lists, directory.ListsDirectory);
                return dryRun.Read(RunApt(
                [
                    "--yes", "-q", .. dryRun.Options($"Dir::State::Status={status}", $"Dir::State::extended_states={folder}/{name}.states"), "install", .. names,
                ], dryRun.Environment("true")));
            }
        }
        // Most packages get along.
        Assert.InRange(compared, 5, 10);

        List<string> RunApt(IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
        {
            var start = new ProcessStartInfo("/usr/bin/apt-get", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var (name, value) in environment.Append(new("APT_CONFIG", directory.ConfigurationFile)).Append(new("DEBIAN_FRONTEND", "noninteractive")))
                start.Environment[name] = value;
            using var apt = Process.Start(start)!;
            var errors = apt.StandardError.ReadToEndAsync();
            List<string> lines = [.. apt.StandardOutput.ReadToEnd().Split('\n')];
            lines.AddRange(errors.GetAwaiter().GetResult().Split('\n'));
            apt.WaitForExit();
            // The shell's number for a signal: what was killed is not what differs.
            Assert.True(apt.ExitCode < 128, $"apt-get ended with {apt.ExitCode}:\n{string.Join('\n', lines)}");
            return lines;
        }

        static bool IsFailedFetch(string line) => line.StartsWith("E: ", StringComparison.Ordinal) || line.StartsWith("W: Failed to fetch", StringComparison.Ordinal);
    }

    static IEnumerable<string> UntilSummary(IReadOnlyList<string> lines, IEnumerable<string> packages)
    {
        var summary = lines.ToList().FindIndex(line => line.Contains(" newly installed, ", StringComparison.Ordinal));
        Assert.True(summary >= 0, $"No summary for {string.Join(' ', packages)}:\n{string.Join('\n', lines)}");
        return lines.Take(summary + 1);
    }

    // apt numbers packages by their places in its lists.
    static string WithoutNumbers(string plannerLog) => string.Join('\n', plannerLog.Split('\n').Where(line => !line.StartsWith("APT-ID: ", StringComparison.Ordinal)));
}
