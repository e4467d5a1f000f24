using System.Text;
using ImageSdk.Building.DebianPackages;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Stages;
using ImageSdk.Building.Worker;
using ImageSdk.Posix;

namespace ImageSdk.Building.Bootstrapping;

/// <summary>
/// Asks the host's apt which packages make a root. apt verifies the lists and their signatures, and solves twice as for
/// mmdebstrap: the essential packages from nothing, the rest on top of them. It installs nothing but rehearses that
/// (<see cref="RehearsalFolder"/>).
/// </summary>
sealed class AptResolver(AptBootstrap bootstrap, AptDirectory directory, HostCommand host, string temporary)
{
    // Raise it when something else is made of the same lists.
    const string Version = "2";

    /// <summary>
    /// Works out the essential packages, and begins with the rest: the root can take the former meanwhile.
    /// </summary>
    /// <returns>Its <see cref="PendingResolution.Whole"/> ends before the folders are used for anything else.</returns>
    /// <exception cref="BuildException">The lists can't be brought up to date (IMG2016), or the packages can't be had (IMG2017).</exception>
    public PendingResolution Resolve()
    {
        directory.Prepare(bootstrap);
        Run("IMG2016", "The package lists cannot be brought up to date", "apt-get", ["update", "--error-on=any", "-opkgCacheFile::Generate=false"], echo: true);
        var lists = directory.DigestLists();
        var file = directory.ResolutionFile(LayerStore.IdOf(LayerStore.KeyOf(
            [Version, bootstrap.EssentialPattern(), .. bootstrap.RestPatterns()])));
        if (StateDirectory.TryRead(file, ResolutionJson.Default.Resolution) is { } known && known.Lists == lists)
            return PendingResolution.Of(known);
        try
        {
            var essential = WorkOutEssential();
            return new(essential, BackgroundWork.Start(() =>
            {
                try
                {
                    var resolution = WorkOutRest(lists, essential);
                    StateDirectory.Write(file, resolution, ResolutionJson.Default.Resolution);
                    return resolution;
                }
                finally
                {
                    directory.Clear();
                }
            }));
        }
        catch
        {
            directory.Clear();
            throw;
        }
    }

    IReadOnlyList<DebianPackage> WorkOutEssential()
    {
        var rehearsal = Rehearse("essential", [bootstrap.EssentialPattern()], onlyOrder: true);
        return rehearsal.Fetched.Count > 0
            ? InOrder(rehearsal.Order.Select(path => Path.GetFileName(path)), rehearsal.Fetched)
            : throw new BuildException("IMG2017", $"The package lists have no essential packages of {bootstrap.Release} for {bootstrap.Architecture}. Check the release, the architecture and the mirror.");
    }

    Resolution WorkOutRest(string lists, IReadOnlyList<DebianPackage> essential)
    {
        if (bootstrap.RestPatterns() is not { Count: > 0 } patterns)
            return new(lists, essential, [], [], "");
        File.WriteAllText(directory.StatusFile, InstalledStatus(essential));
        File.Delete(directory.ExtendedStatesFile);
        var rehearsal = Rehearse("rest", patterns, onlyOrder: false);
        var calls = rehearsal.Calls.Where(call => call.Any(argument => argument is "--unpack" or "--configure")).Select(Portable).ToList();
        var rest = InOrder(rehearsal.UnpackedFiles, rehearsal.Fetched);
        return new(lists, essential, rest, calls, File.Exists(directory.ExtendedStatesFile) ? File.ReadAllText(directory.ExtendedStatesFile) : "");
    }

    /// <param name="name">Of a folder for it.</param>
    /// <param name="onlyOrder">Whether apt need not go on when it has said which packages come, in which order.</param>
    Rehearsal Rehearse(string name, IReadOnlyList<string> patterns, bool onlyOrder)
    {
        using var root = DirectoryHandle.Open(temporary);
        var folder = new RehearsalFolder(root, name);
        using (var methods = DirectoryHandle.Open($"/{RehearsalFolder.AptMethods}"))
            folder.Make(methods);
        var path = Path.Combine(temporary, name);
        IReadOnlyList<string> lines = [];
        try
        {
            lines = Run(
                "IMG2017", $"apt cannot work out which packages make {bootstrap.Release} ({bootstrap.Variant})", "apt-get",
                ["--yes", .. RehearsalFolder.Options(path, onlyOrder ? [RehearsalFolder.OnlyOrder] : []), "install", .. patterns],
                environment: RehearsalFolder.Environment(path, "true"));
        }
        catch (BuildException) when (onlyOrder && folder.Read([]).Order.Count > 0)
        {
            // That is what it was told.
        }
        return folder.Read(lines);
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
    string InstalledStatus(IReadOnlyList<DebianPackage> essential)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var status = new StringBuilder();
        var stanza = new StringBuilder();
        foreach (var line in Run("IMG2017", "The essential packages cannot be described", "apt-cache",
            ["show", .. essential.OrderBy(package => package.Name, StringComparer.Ordinal).Select(package => $"{package.Name}={package.Version}")]).Append(""))
        {
            if (line.Length > 0)
            {
                stanza.Append(line).Append('\n');
                if (line.StartsWith("Package: ", StringComparison.Ordinal))
                {
                    if (!seen.Add(line))
                        stanza.Clear().Append("# ");
                    stanza.Append("Status: install ok installed\n");
                }
                continue;
            }
            // The same version may come from two sources.
            if (stanza.Length > 0 && stanza[0] != '#')
                status.Append(stanza).Append('\n');
            stanza.Clear();
        }
        return status.ToString();
    }

    // Without the descriptor on which dpkg would tell apt how it gets on; files by their names alone.
    static IReadOnlyList<string> Portable(IReadOnlyList<string> call)
    {
        var descriptor = call.ToList().IndexOf("--status-fd");
        return [.. call.Where((_, at) => descriptor < 0 || at < descriptor || at > descriptor + 1)
            .Select(argument => argument.EndsWith(".deb", StringComparison.Ordinal) ? Path.GetFileName(argument) : argument)];
    }

    IReadOnlyList<string> Run(
        string code, string failure, string program, IReadOnlyList<string> arguments, bool echo = false, params IEnumerable<KeyValuePair<string, string>> environment)
    {
        var lines = new List<string>();
        var exitCode = host.Run(program, arguments, new Dictionary<string, string>(environment)
        {
            ["APT_CONFIG"] = directory.ConfigurationFile, ["DEBIAN_FRONTEND"] = "noninteractive", ["TMPDIR"] = temporary,
        }, lines.Add, echo);
        return exitCode == 0
            ? lines
            : throw new BuildException(code, $"{failure} ({program}: exit code {exitCode}). Check the release, the mirror and the network. {ScriptRunner.Tail([.. lines.TakeLast(LastLines.Kept)])}");
    }
}
