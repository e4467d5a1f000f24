using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Sandbox.Cleaning;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Network;
using ImageSdk.Trees;

namespace ImageSdk.Sandbox.Packagers;

/// <summary>The image's own interface to its package manager: /bin/generic-packager, written into bootstrap images and inherited.</summary>
/// <param name="supplier">Brings what apt would fetch, given a command that calls it, and null where there is nothing to bring; null for no such help.</param>
sealed class GenericPackager(StageContext context, Func<StageContext, IReadOnlyList<string>, PackageSupply?>? supplier = null)
{
    public const string PathInImage = "/bin/generic-packager";

    /// <summary>Images that no bootstrap stream made may lack it.</summary>
    public bool IsPresent { get; } = context.Handle.StatInRoot("bin/generic-packager"u8) is not null;

    /// <summary>The command that runs a program as the packager's environment wants it ("run"), or the program itself.</summary>
    public IReadOnlyList<string> RunCommand(string program) => IsPresent ? [PathInImage, "run", program] : [program];

    /// <returns>False where a source of packages was unavailable, and the project allows that.</returns>
    public bool Install(InstallPackagesOperation operation)
    {
        var packages = operation.Packages;
        if (!IsPresent)
            throw new BuildException("IMG4001",
                $"Packages can't be installed: the image has no {PathInImage}. Build on an image that a bootstrap stream made, or set its PackagerType.",
                packages[0].File, packages[0].Line);
        if (CallsApt("install") && !RootFile.Exists(context.Handle, "usr/bin/apt-get"))
            throw new BuildException("IMG4251",
                "Packages can't be installed: the image has no apt. A root of essential packages alone (BootstrapVariant \"essential\") has none; \"minbase\" is the smallest that has.",
                packages[0].File, packages[0].Line);
        var isWhole = Update(packages, operation.Installation.AllowsUnavailableSources);
        Upgrade(packages);
        InstallUpdated(packages);
        return isWhole;
    }

    /// <summary>Brings the lists of packages up to date.</summary>
    /// <param name="allowsUnavailable">Whether it goes on, with a warning, where a source is unavailable.</param>
    /// <param name="options">Of the packager.</param>
    /// <returns>Whether all sources gave theirs.</returns>
    /// <exception cref="BuildException">
    /// A source is unavailable (IMG4130), a list becomes too large (IMG4300), or the update fails for another reason (IMG4003).
    /// </exception>
    public bool Update(IReadOnlyList<PackageRequest> packages, bool allowsUnavailable, params IReadOnlyList<string> options)
    {
        var isApt = UpdatesWithApt();
        var logged = context.LogText.Length;
        var (exitCode, lastLines) = Call(
            "update", "Updating package database", isApt ? [.. options, "-o", UnavailableSource.StrictOption] : options,
            isApt ? ["/bin/sh", "-c", $"{PackageListLimit.Prelude(context.Settings.Limits)}export LC_ALL=C.UTF-8; exec \"$@\"", "sh"] : []);
        string[] said = isApt ? context.LogText[logged..].Split('\n') : [];
        if (exitCode != 0 && PackageListLimit.Find(said, context.Settings.Limits) is { } tooLarge)
            throw tooLarge;
        var unavailable = UnavailableSource.Find(said);
        if (unavailable.Count == 0)
            return exitCode == 0 ? true : throw Failure("update", exitCode, lastLines, packages, null, WithoutNetwork);
        var described = string.Join("; ", unavailable);
        if (!allowsUnavailable && DeclaredArchive.FindFault(DeclaredArchive.Read(context.Handle), unavailable) is { } fault)
            throw fault;
        if (!allowsUnavailable)
            throw new BuildException("IMG4130",
                $"Sources of packages cannot be brought up to date: {described}. Nothing was installed. Check that they can be reached, or correct the image's "
                + $"sources in /etc/apt; ImageAllowUnavailablePackageSources=true builds without them.{WithoutNetwork}",
                packages.FirstOrDefault()?.File, packages.FirstOrDefault()?.Line ?? 0);
        context.Warn("IMG4131",
            $"Sources of packages cannot be brought up to date, and are ignored (ImageAllowUnavailablePackageSources): {described}. "
            + "What this build makes of the packages is not reused; the next build asks the sources again.",
            packages.FirstOrDefault()?.File, packages.FirstOrDefault()?.Line ?? 0);
        return false;
    }

    /// <summary>Whether apt brings its lists up to date: other packagers fail by themselves where a source cannot be reached.</summary>
    public bool UpdatesWithApt() => CallsApt("update");

    bool CallsApt(string command) =>
        RootFile.TryReadText(context.Handle, PathInImage.TrimStart('/'))?.Contains($"[ \"$cmd\" = \"{command}\" ] && exec apt-get ", StringComparison.Ordinal) == true;

    public void Upgrade(IReadOnlyList<PackageRequest> packages) => Step("upgrade", "Upgrading packages", [], packages);

    /// <summary>Installs what is known since the last update.</summary>
    public void InstallUpdated(IReadOnlyList<PackageRequest> packages) =>
        Step("install", $"Installing packages: {string.Join(' ', packages.Select(package => package.Name))}",
            [.. packages.Select(package => package.Name)], packages);

    /// <summary>Installs versions of packages that are known since the last update.</summary>
    /// <param name="listed">What they are for, in the messages of errors.</param>
    /// <param name="versions">As apt takes them: NAME:ARCHITECTURE=VERSION.</param>
    public void InstallUpdated(IReadOnlyList<PackageRequest> listed, IReadOnlyList<string> versions) =>
        Step("install", $"Installing packages: {string.Join(' ', versions.Select(version => version[..version.IndexOf(':', StringComparison.Ordinal)]))}", versions, listed);

    void Step(string command, string title, IReadOnlyList<string> arguments, IReadOnlyList<PackageRequest> packages)
    {
        var supply = CallsApt(command) ? supplier?.Invoke(context, [PathInImage, command, .. arguments]) : null;
        var memory = new MemoryWatch();
        var (exitCode, lastLines) = Call(command, title, [.. supply?.Options ?? [], .. arguments], [], supply);
        if (exitCode != 0)
            throw Failure(command, exitCode, lastLines, packages, memory, WithoutNetwork, DeclaredArchive.Read(context.Handle));
    }

    string WithoutNetwork => context.Settings.Network
        ? ""
        : " The image's own packager has no network (ImageNetwork=none or ImageScriptsNetwork=false). Packages of Debian and its like are fetched outside of it.";

    /// <param name="through">A program that starts the packager, with its arguments; none for none.</param>
    /// <param name="supply">Packages that apt takes in place of fetching them; null for none.</param>
    (int ExitCode, IReadOnlyList<string> LastLines) Call(
        string command, string title, IReadOnlyList<string> arguments, IReadOnlyList<string> through, PackageSupply? supply = null)
    {
        context.Log("");
        context.Log($"{title}:");
        context.Progress(title);
        return context.RunInBuildEnvironment(CommandPurpose.Packages, [.. through, PathInImage, command, .. arguments], supply);
    }

    /// <param name="lastLines">The last lines that the command printed.</param>
    /// <param name="archives">Those of the root that a project has declared; null for none.</param>
    public static BuildException Failure(string command, int exitCode, IReadOnlyList<string> lastLines, IReadOnlyList<PackageRequest> packages, MemoryWatch? memory = null, string hint = "",
        IReadOnlyList<DeclaredArchive>? archives = null) =>
        FindUnknown(lastLines, packages) is { } unknown
            ? archives is { Count: > 0 } ? DeclaredArchive.Without(archives, unknown) : new("IMG4002",
                $"Package \"{unknown.Name}\" is not known to the image's package sources. Check its spelling, or add the repository that has it to files/.",
                unknown.File, unknown.Line)
            : new("IMG4003",
                $"Packager command \"{command}\" failed with {ExitStatus.Describe(exitCode)}.{memory?.Explain()}{hint} Last output:\n{string.Join('\n', lastLines)}",
                packages[0].File, packages[0].Line);

    // What apt and dnf/yum say of a package that they do not have.
    static PackageRequest? FindUnknown(IReadOnlyList<string> lines, IReadOnlyList<PackageRequest> packages) =>
        packages.FirstOrDefault(package => lines.Any(line =>
            line.EndsWith($"Unable to locate package {package.Name}", StringComparison.Ordinal)
            || line.Contains($"Package '{package.Name}' has no installation candidate", StringComparison.Ordinal)
            || line.Contains($"Couldn't find any package by glob '{package.Name}'", StringComparison.Ordinal)
            || line.Contains($"No match for argument: {package.Name}", StringComparison.Ordinal)
            || line.Contains($"No package {package.Name} available", StringComparison.Ordinal)));

    /// <summary>Runs the packager's own clean-up and removes what its clean patterns match.</summary>
    public void Clean()
    {
        var (exitCode, lastLines) = context.Run([PathInImage, "clean"]);
        if (exitCode != 0)
            throw new BuildException("IMG4004", $"Packager command \"clean\" failed with {ExitStatus.Describe(exitCode)}. Last output:\n{string.Join('\n', lastLines)}");
        var (patternsExitCode, patterns, errors) = context.Query([PathInImage, "show-clean-patterns"]);
        if (patternsExitCode != 0)
            context.Log($"Deep clean failed: {errors}");
        else if (Filter.Parse(string.Join('\n', patterns)) is { Lines.Count: > 0 } filter)
            RootCleaner.RemoveMatching(context.Handle, filter);
    }

    /// <summary>The installed packages in bytewise order of their names.</summary>
    public IReadOnlyList<Package> List()
    {
        var (multiplierExitCode, multiplierLines, multiplierErrors) = context.Query([PathInImage, "show-size-multiplier"]);
        if (multiplierExitCode != 0)
            throw ListFailure($"show-size-multiplier: {multiplierErrors}");
        ulong multiplier = 1;
        if (multiplierLines.FirstOrDefault()?.Trim() is { Length: > 0 } text && !ulong.TryParse(text, out multiplier))
            throw ListFailure($"malformed size multiplier: {text}");
        var (exitCode, lines, errors) = context.Query([PathInImage, "list"]);
        if (exitCode != 0)
            throw ListFailure($"list: exit code {exitCode}: {errors}");
        var packages = new SortedDictionary<string, Package>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 2)
                throw ListFailure($"malformed line: {line}");
            ulong size = 0;
            if (fields.Length > 2 && !ulong.TryParse(fields[2], out size))
                throw ListFailure($"malformed size: {fields[2]}");
            packages[fields[0]] = new Package(fields[0], fields[1], size * multiplier);
        }
        return [.. packages.Values];
    }

    static BuildException ListFailure(string what) =>
        new("IMG4005", $"The image's packages could not be listed by {PathInImage} ({what}). Correct the ListCommand of its packager type.");
}
