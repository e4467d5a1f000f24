using System.Text;
using ImageSdk.Building.DebianPackages;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Stages;
using ImageSdk.Building.Worker;

namespace ImageSdk.Building.Bootstrapping;

/// <summary>
/// Asks the host's apt which packages make a root. apt verifies the lists and their signatures, and solves twice as for
/// mmdebstrap: the essential packages from nothing, the rest on top of them. It installs nothing: of the packages it sees
/// files of the right size without content, and in dpkg's place a script that writes down how it was called. The rest needs
/// to know which packages are essential but not in which order they come, and is worked out beside that.
/// </summary>
sealed class AptResolver(AptBootstrap bootstrap, AptDirectory directory, HostCommand host, string temporary)
{
    // Raise it when something else is made of the same lists.
    const string Version = "2";

    const string RecorderName = "dpkg";

    const string Recorder =
        """
        #!/bin/sh
        for argument in "$@"; do
            printf '%s\n' "$argument"
        done >> "$IMAGESDK_CALLS"
        echo >> "$IMAGESDK_CALLS"

        """;

    string CallsFile => Path.Combine(temporary, "calls");

    string OrderFile => Path.Combine(temporary, "order");

    string RestOrderFile => Path.Combine(temporary, "order-of-rest");

    string RecorderFile => Path.Combine(temporary, RecorderName);

    /// <summary>Where the essential packages are installed already.</summary>
    IReadOnlyList<string> OnEssential =>
    [
        $"-oDir::State::Status={directory.RestStatusFile}", $"-oDir::State::extended_states={directory.ExtendedStatesFile}", "-oDir::Cache::pkgcache=pkgcache-of-rest.bin",
    ];

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
            ProgramFile.Write(temporary, RecorderName, Recorder);
            string[] patterns = [bootstrap.EssentialPattern()];
            var essential = List(patterns, []);
            if (essential.Count == 0)
                throw new BuildException("IMG2017", $"The package lists have no essential packages of {bootstrap.Release} for {bootstrap.Architecture}. Check the release, the architecture and the mirror.");
            var order = BackgroundWork.Start(() => InOrder(ReadOrder(patterns), essential));
            var rest = BackgroundWork.Start(() => WorkOutRest(lists, essential));
            return new(essential, order, FinishAsync(order, rest, file));
        }
        catch
        {
            directory.Clear();
            throw;
        }
    }

    async Task<Resolution> FinishAsync(Task<IReadOnlyList<DebianPackage>> order, Task<Resolution> rest, string file)
    {
        try
        {
            await Task.WhenAll(order, rest);
            var resolution = await rest with { Essential = await order };
            StateDirectory.Write(file, resolution, ResolutionJson.Default.Resolution);
            return resolution;
        }
        finally
        {
            directory.Clear();
        }
    }

    /// <returns>With the essential packages in any order.</returns>
    Resolution WorkOutRest(string lists, IReadOnlyList<DebianPackage> essential)
    {
        if (bootstrap.RestPatterns() is not { Count: > 0 } patterns)
            return new(lists, essential, [], [], "");
        File.WriteAllText(directory.RestStatusFile, InstalledStatus(essential));
        var rest = List(patterns, OnEssential);
        IReadOnlyList<IReadOnlyList<string>> calls = [];
        if (rest.Count > 0)
        {
            rest = InOrder(Install(patterns), rest);
            calls = ReadCalls();
        }
        return new(lists, essential, rest, calls, File.Exists(directory.ExtendedStatesFile) ? File.ReadAllText(directory.ExtendedStatesFile) : "");
    }

    IReadOnlyList<DebianPackage> List(IReadOnlyList<string> patterns, IReadOnlyList<string> options)
    {
        var packages = DebianPackage.ParseUriLines(Solve([.. options, "--print-uris", "install", .. patterns]));
        foreach (var package in packages)
            using (var placeholder = File.Create(Path.Combine(directory.ArchivesDirectory, package.FileName)))
                placeholder.SetLength(package.Size);
        return packages;
    }

    /// <returns>Names of the packages' files in the order in which they get installed.</returns>
    IReadOnlyList<string> Install(IReadOnlyList<string> patterns)
    {
        Solve([.. OnEssential, .. Recording("true"), "install", .. patterns], RestOrderFile, CallsFile);
        return ReadNames(RestOrderFile);
    }

    /// <summary>The same for the first packages. apt need not go on when it has said that much.</summary>
    IReadOnlyList<string> ReadOrder(IReadOnlyList<string> patterns)
    {
        try
        {
            Solve([.. Recording("false"), "install", .. patterns], OrderFile);
        }
        catch (BuildException) when (File.Exists(OrderFile))
        {
            // That is what it was told.
        }
        return ReadNames(OrderFile);
    }

    /// <param name="then">A command of the shell on whose success apt goes on.</param>
    IReadOnlyList<string> Recording(string then) =>
        ["--no-download", $"-oDir::Bin::dpkg={RecorderFile}", $"-oDPkg::Pre-Install-Pkgs::=cat > \"$IMAGESDK_ORDER\" && {then}"];

    static string[] ReadNames(string file) => [.. File.ReadAllLines(file).Select(path => Path.GetFileName(path))];

    static IReadOnlyList<DebianPackage> InOrder(IReadOnlyList<string> files, IReadOnlyList<DebianPackage> packages)
    {
        var byFile = packages.ToDictionary(package => package.FileName, StringComparer.Ordinal);
        return files.Count == packages.Count && files.All(byFile.ContainsKey)
            ? files.Select(file => byFile[file]).ToList()
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

    List<IReadOnlyList<string>> ReadCalls()
    {
        var calls = new List<IReadOnlyList<string>>();
        var call = new List<string>();
        foreach (var line in File.ReadAllLines(CallsFile))
        {
            if (line.Length > 0)
                call.Add(line);
            else
            {
                if (call.Any(argument => argument is "--unpack" or "--configure"))
                    calls.Add(Portable(call));
                call = [];
            }
        }
        return calls;
    }

    // Without the descriptor on which dpkg would tell apt how it gets on; files by their names alone.
    static List<string> Portable(List<string> call)
    {
        if (call.IndexOf("--status-fd") is >= 0 and var at)
            call.RemoveRange(at, 2);
        return [.. call.Select(argument => argument.EndsWith(".deb", StringComparison.Ordinal) ? Path.GetFileName(argument) : argument)];
    }

    /// <param name="orderFile">Where the order of packages is written down.</param>
    /// <param name="callsFile">Where the calls of dpkg are.</param>
    IReadOnlyList<string> Solve(IReadOnlyList<string> arguments, string orderFile = "/dev/null", string callsFile = "/dev/null") => Run(
        "IMG2017", $"apt cannot work out which packages make {bootstrap.Release} ({bootstrap.Variant})", "apt-get", ["--yes", .. arguments],
        environment: [new("IMAGESDK_ORDER", orderFile), new("IMAGESDK_CALLS", callsFile)]);

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
