using ImageSdk.Building.Diagnostics;
using ImageSdk.Images;

namespace ImageSdk.Building.Worker;

/// <summary>The image's own interface to its package manager: /bin/generic-packager, written into bootstrap images and inherited.</summary>
sealed class GenericPackager(StageContext context)
{
    public const string PathInImage = "/bin/generic-packager";

    /// <summary>Images that no bootstrap stream made may lack it.</summary>
    public bool IsPresent { get; } = context.Handle.StatInRoot("bin/generic-packager"u8) is not null;

    /// <summary>The command that runs a program as the packager's environment wants it ("run"), or the program itself.</summary>
    public IReadOnlyList<string> RunCommand(string program) => IsPresent ? [PathInImage, "run", program] : [program];

    public void Install(IReadOnlyList<Sandbox.PackageRequest> packages)
    {
        if (!IsPresent)
            throw new BuildException("IMG4001",
                $"Packages can't be installed: the image has no {PathInImage}. Build on an image that a bootstrap stream made, or set its PackagerType.",
                packages[0].File, packages[0].Line);
        Update(packages);
        Upgrade(packages);
        InstallUpdated(packages);
    }

    public void Update(IReadOnlyList<Sandbox.PackageRequest> packages, params IReadOnlyList<string> options) =>
        Step("update", "Updating package database", options, packages);

    public void Upgrade(IReadOnlyList<Sandbox.PackageRequest> packages) => Step("upgrade", "Upgrading packages", [], packages);

    /// <summary>Installs what is known since the last update.</summary>
    public void InstallUpdated(IReadOnlyList<Sandbox.PackageRequest> packages) =>
        Step("install", $"Installing packages: {string.Join(' ', packages.Select(package => package.Name))}",
            [.. packages.Select(package => package.Name)], packages);

    /// <summary>A service that a package starts would run on the building machine, with its ports and devices.</summary>
    public static BorrowedFile ForbidServices(StageContext context) =>
        new(context.Handle, "/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n"u8.ToArray(), 0x1ED);

    void Step(string command, string title, IReadOnlyList<string> arguments, IReadOnlyList<Sandbox.PackageRequest> packages)
    {
        context.Log("");
        context.Log($"{title}:");
        context.Progress(title);
        using var policy = ForbidServices(context);
        var (exitCode, lastLines) = context.RunInBuildEnvironment([PathInImage, command, .. arguments], network: true);
        if (exitCode != 0)
            throw Failure(command, exitCode, lastLines, packages);
    }

    /// <param name="lastLines">The last lines that the command printed.</param>
    public static BuildException Failure(string command, int exitCode, IReadOnlyList<string> lastLines, IReadOnlyList<Sandbox.PackageRequest> packages) =>
        FindUnknown(lastLines, packages) is { } unknown
            ? new("IMG4002",
                $"Package \"{unknown.Name}\" is not known to the image's package sources. Check its spelling, or add the repository that has it to files/.",
                unknown.File, unknown.Line)
            : new("IMG4003",
                $"Packager command \"{command}\" failed with exit code {exitCode}. Last output:\n{string.Join('\n', lastLines)}",
                packages[0].File, packages[0].Line);

    // What apt and dnf/yum say of a package that they do not have.
    static Sandbox.PackageRequest? FindUnknown(IReadOnlyList<string> lines, IReadOnlyList<Sandbox.PackageRequest> packages) =>
        packages.FirstOrDefault(package => lines.Any(line =>
            line.EndsWith($"Unable to locate package {package.Name}", StringComparison.Ordinal)
            || line.Contains($"Package '{package.Name}' has no installation candidate", StringComparison.Ordinal)
            || line.Contains($"Couldn't find any package by glob '{package.Name}'", StringComparison.Ordinal)
            || line.Contains($"No match for argument: {package.Name}", StringComparison.Ordinal)
            || line.Contains($"No package {package.Name} available", StringComparison.Ordinal)));

    /// <summary>Runs the packager's own clean-up and removes what its clean patterns match.</summary>
    public void Clean()
    {
        if (!IsPresent)
            return;
        context.Log("");
        context.Log("Cleaning packages:");
        context.Progress("Cleaning packages");
        if (DebianPackager.TryOpen(context.Handle) is { } debian)
        {
            debian.Clean();
            return;
        }
        var (exitCode, lastLines) = context.Run([PathInImage, "clean"]);
        if (exitCode != 0)
            throw new BuildException("IMG4004", $"Packager command \"clean\" failed with exit code {exitCode}. Last output:\n{string.Join('\n', lastLines)}");
        var (patternsExitCode, patterns, errors) = context.Query([PathInImage, "show-clean-patterns"]);
        if (patternsExitCode != 0)
            context.Log($"Deep clean failed: {errors}");
        else if (Filter.Parse(string.Join('\n', patterns)) is { Lines.Count: > 0 } filter)
            RootCleaner.RemoveMatching(context.Handle, filter);
    }

    /// <summary>The installed packages in bytewise order of their names.</summary>
    public IReadOnlyList<Package> List()
    {
        if (!IsPresent)
            return [];
        if (DebianPackager.TryOpen(context.Handle)?.List() is { } listed)
            return listed;
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
