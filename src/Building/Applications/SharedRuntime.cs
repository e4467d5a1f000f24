using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Applications;

/// <summary>Where the runtime comes from that framework-dependent programs need in the image.</summary>
public enum RuntimeOrigin
{
    /// <summary>From the .NET SDK that builds, as a layer of its own.</summary>
    Sdk,

    /// <summary>From packages of the image's archives.</summary>
    Package,

    /// <summary>The image has it.</summary>
    None,
}

/// <summary>
/// The runtime of the .NET SDK that builds, as the image gets it: the folders of the versions that its programs ask for, below
/// /usr/lib/dotnet, a link in /usr/bin, and /etc/dotnet/install_location, by which programs find it.
/// </summary>
/// <param name="sdkRoot">The folder with dotnet, host/ and shared/.</param>
/// <param name="stateDirectory">Where what has to be written goes.</param>
sealed class SharedRuntime(string sdkRoot, string stateDirectory)
{
    public const string Folder = "/usr/lib/dotnet";
    public const string Program = "/usr/bin/dotnet";

    /// <summary>A little before scripts run, so that these may start programs.</summary>
    const ImageStage Stage = ImageStage.CopyPostInstallFiles;

    /// <param name="asking">Programs and what they ask for.</param>
    /// <exception cref="BuildException">IMG1502: the SDK has no such version.</exception>
    public IReadOnlyList<ProjectTreeItem> Find(IEnumerable<(ImageApplication Application, RuntimeConfiguration Configuration)> asking)
    {
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (application, configuration) in asking)
            foreach (var (name, version) in configuration.Frameworks)
            {
                folders.Add($"shared/{name}/{FindVersion(application, name, version)}");
                // ASP.NET Core's own configuration asks for it; programs that name both do as well.
                folders.Add($"shared/Microsoft.NETCore.App/{FindVersion(application, "Microsoft.NETCore.App", version)}");
            }
        if (folders.Count == 0)
            return [];
        folders.Add($"host/fxr/{Versions("host/fxr").Max()}");
        return [.. folders.Select(folder => new ProjectTreeItem(Path.Combine(sdkRoot, folder), Stage) { TargetPath = $"{Folder}/{folder}" }), new(WriteHost(), Stage)];
    }

    Version FindVersion(ImageApplication application, string framework, Version asked)
    {
        var there = Versions($"shared/{framework}").ToList();
        return there.Where(version => version.Major == asked.Major && version.Minor == asked.Minor && version >= asked).Max()
            ?? throw new BuildException(
                "IMG1502",
                $"{application.Name} needs {framework} {asked.Major}.{asked.Minor} in the image, but the .NET SDK in {sdkRoot} has {(there.Count == 0 ? "none" : string.Join(", ", there.Order()))}. "
                + "Install that runtime beside the SDK, publish the application with SelfContained=true, or set ImageDotnetRuntime to Package (packages of the image's archives) or None (the image has it).",
                application.File, application.Line);
    }

    IEnumerable<Version> Versions(string folder)
    {
        var path = Path.Combine(sdkRoot, folder);
        return Directory.Exists(path) ? Directory.EnumerateDirectories(path).Select(found => Version.TryParse(Path.GetFileName(found), out var version) ? version : null).OfType<Version>() : [];
    }

    string WriteHost()
    {
        var tree = new GeneratedTree(Path.Combine(stateDirectory, "dotnet"));
        tree.Copy("usr/lib/dotnet/dotnet", Path.Combine(sdkRoot, "dotnet"));
        tree.Link("usr/bin/dotnet", "../lib/dotnet/dotnet");
        tree.Write("etc/dotnet/install_location", Folder + "\n");
        return tree.Complete();
    }
}
