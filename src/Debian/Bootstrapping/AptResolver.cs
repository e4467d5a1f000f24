using System.Text;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Debian.Planning;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Packages.Locking;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Packagers;

namespace ImageSdk.Debian.Bootstrapping;

/// <summary>
/// Asks the host's apt which packages make a root. apt verifies the lists and their signatures, and solves twice as for
/// mmdebstrap: the essential packages from nothing, the rest on top of them. It installs nothing but makes a dry run of that
/// (<see cref="DryRunFolder"/>).
/// </summary>
sealed class AptResolver(AptBootstrap bootstrap, AptDirectory directory, HostCommand host, string temporary)
{
    // Raise it when something else is made of the same lists.
    const string Version = "2";

    /// <summary>
    /// Works out the essential packages, and begins with the rest: the root can take the former meanwhile.
    /// </summary>
    /// <param name="warned">Where to warn of sources that are unavailable, which are ignored; null where they are an error.</param>
    /// <returns>Its <see cref="PendingResolution.Whole"/> ends before the folders are used for anything else.</returns>
    /// <exception cref="BuildException">The lists can't be brought up to date (IMG2016), or the packages can't be had (IMG2017).</exception>
    public PendingResolution Resolve(StageContext? warned)
    {
        directory.Prepare(bootstrap);
        var lacksSources = !Update(warned);
        // Each takes a tenth of a second.
        var reading = BackgroundWork.Start(directory.ReadLists);
        var digest = directory.DigestLists();
        BackgroundWork.WaitForEnd(reading);
        var file = directory.ResolutionFile(CacheKey.IdOf(CacheKey.Of(
            [Version, bootstrap.EssentialPattern(), .. bootstrap.RestPatterns()])));
        if (JsonFile.TryRead(file, ResolutionJson.Default.Resolution) is { } known && known.Lists == digest)
            return PendingResolution.Of(known) with { LacksSources = lacksSources };
        try
        {
            var lists = reading.GetAwaiter().GetResult();
            var essential = WorkOutEssential(lists);
            return new(essential, BackgroundWork.Start(() =>
            {
                try
                {
                    var resolution = WorkOutRest(digest, lists, essential);
                    JsonFile.Write(file, resolution, ResolutionJson.Default.Resolution);
                    return resolution;
                }
                finally
                {
                    directory.Clear();
                }
            }), lacksSources);
        }
        catch
        {
            directory.Clear();
            throw;
        }
    }

    /// <returns>Whether all sources gave their lists.</returns>
    bool Update(StageContext? warned)
    {
        var (exitCode, lines) = Call("apt-get", ["update", $"-o{UnavailableSource.StrictOption}", "-opkgCacheFile::Generate=false"], [], echo: true, PackageListLimit.Prelude(host.Limits));
        if (exitCode != 0 && PackageListLimit.Find(lines, host.Limits) is { } tooLarge)
            throw tooLarge;
        var unavailable = UnavailableSource.Find(lines);
        if (exitCode == 0 && unavailable.Count == 0)
            return true;
        var described = string.Join("; ", unavailable);
        if (warned is null || unavailable.Count == 0)
            throw Failure("IMG2016", "The package lists cannot be brought up to date" + (described.Length == 0 ? "" : $": {described}") + DescribeMissingKeys(lines), "apt-get", exitCode, lines);
        warned.Warn("IMG4131",
            $"Sources of packages cannot be brought up to date, and are ignored (ImageAllowUnavailablePackageSources): {described}. "
            + "The root that this build makes is not reused; the next build asks the sources again.");
        return false;
    }

    // The keys of a distribution other than the machine's come in a package of their own.
    string DescribeMissingKeys(IReadOnlyList<string> lines)
    {
        var isUnverified = lines.Any(line => line.Contains("NO_PUBKEY", StringComparison.Ordinal) || line.Contains("is not signed", StringComparison.Ordinal));
        if (!isUnverified || File.Exists(AptDirectory.KeyringOf(bootstrap.Distribution)))
            return "";
        var (package, page) = bootstrap.Distribution == "ubuntu"
            ? ("ubuntu-keyring", "https://packages.ubuntu.com/ubuntu-keyring")
            : ("debian-archive-keyring", "https://packages.debian.org/debian-archive-keyring");
        return $". This machine has no {AptDirectory.KeyringOf(bootstrap.Distribution)}: install the package {package} (apt-get install {package}, or from {page})";
    }

    IReadOnlyList<DebianPackage> WorkOutEssential(PackageLists? lists)
    {
        var dryRun = RunDry("essential", [bootstrap.EssentialPattern()], Closure(lists, lists?.NamesWith("\nEssential: yes\n"u8) ?? []), onlyOrder: true);
        return dryRun.Fetched.Count > 0
            ? InOrder(dryRun.Order.Select(path => Path.GetFileName(path)), dryRun.Fetched)
            : throw new BuildException("IMG2017", $"The package lists have no essential packages of {bootstrap.Release} for {bootstrap.Architecture}. Check the release, the architecture and the mirror.");
    }

    Resolution WorkOutRest(string digest, PackageLists? lists, IReadOnlyList<DebianPackage> essential)
    {
        if (bootstrap.RestPatterns() is not { Count: > 0 } patterns)
            return new(digest, essential, [], [], "");
        File.WriteAllText(directory.StatusFile, InstalledStatus(lists, essential));
        var listed = bootstrap.RestPriorities().SelectMany(priority => lists?.NamesWith(Encoding.UTF8.GetBytes($"\nPriority: {priority}\n")) ?? []);
        var dryRun = RunDry("rest", patterns, Closure(lists, [.. bootstrap.RestNames(), .. listed]), onlyOrder: false);
        var calls = dryRun.Calls.Where(call => call.Any(argument => argument is "--unpack" or "--configure")).Select(Portable).ToList();
        var rest = InOrder(dryRun.UnpackedFiles, dryRun.Fetched);
        return new(digest, essential, rest, calls, File.Exists(directory.ExtendedStatesFile) ? File.ReadAllText(directory.ExtendedStatesFile) : "");
    }

    DependencyClosure? Closure(PackageLists? lists, IEnumerable<string> names) => DependencyClosure.TryTake(lists, File.ReadAllBytes(directory.StatusFile), names);

    /// <param name="name">Of a folder for it.</param>
    /// <param name="closure">The part of the lists that apt reads; null for all of them.</param>
    /// <param name="onlyOrder">Whether apt need not go on when it has said which packages come, in which order.</param>
    DryRun RunDry(string name, IReadOnlyList<string> patterns, DependencyClosure? closure, bool onlyOrder)
    {
        File.Delete(directory.ExtendedStatesFile);
        using var root = DirectoryHandle.Open(temporary);
        var path = Path.Combine(temporary, name);
        var folder = new DryRunFolder(root, name, path);
        using (var methods = DirectoryHandle.Open($"/{DryRunFolder.AptMethods}"))
            folder.Make(methods);
        if (closure is not null)
            using (var lists = DirectoryHandle.Open(directory.ListsDirectory))
                folder.Write(closure, lists, directory.ListsDirectory);
        var (exitCode, lines) = Call("apt-get",
            ["--yes", .. folder.Options(onlyOrder ? [DryRunFolder.OnlyOrder] : []), "install", .. patterns], folder.Environment("true"));
        // To say the order and no more, apt has to be stopped.
        if (folder.Read(lines) is { } dryRun && (exitCode == 0 || onlyOrder && dryRun.Order.Count > 0))
            return dryRun;
        if (closure is not null)
            return RunDry($"{name}-whole", patterns, null, onlyOrder);
        throw Failure("IMG2017", $"apt cannot work out which packages make {bootstrap.Release} ({bootstrap.Variant})", "apt-get", exitCode, lines);
    }

    static List<DebianPackage> InOrder(IEnumerable<string> names, IReadOnlyList<string> uriLines)
    {
        List<string> files = [.. names];
        var packages = DebianPackage.ParseUriLines(uriLines);
        var byFile = packages.ToDictionary(package => package.FileName, StringComparer.Ordinal);
        return files.Count == packages.Count && files.All(byFile.ContainsKey)
            ? [.. files.Select(file => byFile[file])]
            : throw new BuildException("IMG2017", $"apt lists {packages.Count} packages, but would install others: {string.Join(", ", files.Except(byFile.Keys).Take(5))}.");
    }

    // What dpkg's database says once the essential packages are installed; sorted as there.
    string InstalledStatus(PackageLists? lists, IReadOnlyList<DebianPackage> essential)
    {
        List<DebianPackage> sorted = [.. essential.OrderBy(package => package.Name, StringComparer.Ordinal)];
        List<string> described = lists is null ? [] : [.. sorted.SelectMany(package => lists.Describe(package.Name, package.Version).Take(1))];
        if (described.Count != sorted.Count)
            described = AskForText(sorted);
        return string.Concat(described.Select(text => $"{text.Trim('\n')}\nStatus: install ok installed\n\n"));
    }

    // The same version may come from two sources.
    List<string> AskForText(IEnumerable<DebianPackage> packages) =>
    [
        .. string.Join('\n', Run("IMG2017", "The essential packages cannot be described", "apt-cache", ["show", .. packages.Select(package => $"{package.Name}={package.Version}")]))
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries).DistinctBy(text => text.Split('\n')[0]),
    ];

    // Without the descriptor on which dpkg would tell apt how it gets on; files by their names alone.
    static IReadOnlyList<string> Portable(IReadOnlyList<string> call)
    {
        var descriptor = call.ToList().IndexOf("--status-fd");
        return [.. call.Where((_, at) => descriptor < 0 || at < descriptor || at > descriptor + 1)
            .Select(argument => argument.EndsWith(".deb", StringComparison.Ordinal) ? Path.GetFileName(argument) : argument)];
    }

    IReadOnlyList<string> Run(string code, string failure, string program, IReadOnlyList<string> arguments, bool echo = false) =>
        Call(program, arguments, [], echo) switch
        {
            (0, var lines) => lines,
            var (exitCode, lines) => throw Failure(code, failure, program, exitCode, lines),
        };

    (int ExitCode, IReadOnlyList<string> Lines) Call(
        string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, bool echo = false, string prelude = "")
    {
        var lines = new List<string>();
        var exitCode = host.Run(program, arguments, new Dictionary<string, string>(environment)
        {
            ["APT_CONFIG"] = ConfigurationWithProxies(), ["DEBIAN_FRONTEND"] = "noninteractive", ["TMPDIR"] = temporary,
        }, lines.Add, echo, prelude: prelude);
        return (exitCode, lines);
    }

    /// <summary>The machine's proxies beside the cache's own configuration: they may hold passwords, which are not for keeping.</summary>
    string ConfigurationWithProxies()
    {
        if (MachineProxies.Current.AptLines(withDetectors: true) is not { Count: > 0 } proxies)
            return directory.ConfigurationFile;
        var file = Path.Combine(temporary, "apt.conf");
        if (!File.Exists(file))
            using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)Permissions.OwnerFile }))
            using (var writer = new StreamWriter(stream))
                writer.Write($"#include \"{directory.ConfigurationFile}\";\n{string.Join('\n', proxies)}\n");
        return file;
    }

    static BuildException Failure(string code, string failure, string program, int exitCode, IReadOnlyList<string> lines) =>
        new(code, $"{failure} ({program}: exit code {exitCode}). Check the release, the mirror and the network. {LastLines.Describe([.. lines.TakeLast(LastLines.Kept)])}");
}
