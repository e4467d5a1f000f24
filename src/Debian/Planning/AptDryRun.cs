using System.Text;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Packagers;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// Lets the apt of a root install packages without any, to see what it would do. A simulation (<c>apt-get -s</c>) says less and takes
/// twice as long, because it works out again after each package what would be left over.
/// </summary>
/// <param name="context">Of a root that is thrown away.</param>
sealed class AptDryRun(StageContext context)
{
    const string Folder = ".imagesdk-rehearsal";
    const string ConfigurationFile = $"{Folder}/apt.conf";

    /// <summary>apt keeps what it takes for virtual names, tasks and patterns to itself where it is to be quiet; of progress it need not tell.</summary>
    static readonly string[] SaysSelections = ["quiet=0", "quiet::NoUpdate=true"];

    /// <param name="closure">The part of the lists that apt reads; null for all of them.</param>
    /// <returns>Null where apt fails, or needs something that only the real programs know, or more than the closure.</returns>
    public DryRun? Install(IEnumerable<string> names, DependencyClosure? closure)
    {
        var root = context.Handle;
        if (root.StatInRoot(Encoding.UTF8.GetBytes(DryRunFolder.AptMethods)) is not { Kind: FileKind.Directory })
            return null;
        var folder = new DryRunFolder(root, Folder, $"/{Folder}");
        using (var methods = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(DryRunFolder.AptMethods)))
            folder.Make(methods);
        if (closure is not null)
            using (var lists = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(AptLists.Folder)))
                folder.Write(closure, lists, $"/{AptLists.Folder}");
        // Read after the root's own configuration. debconf's hook would look into packages that have nothing in them, others into what was installed.
        BootstrapRoot.WriteFile(root, ConfigurationFile, "#clear DPkg::Pre-Install-Pkgs;\n#clear DPkg::Pre-Invoke;\n#clear DPkg::Post-Invoke;\n", Permissions.File);
        try
        {
            var states = AptExtendedStates.Read(root);
            var (exitCode, lines) = context.QueryInBuildEnvironment(
            [
                "/usr/bin/env", "LC_ALL=C.UTF-8", .. folder.Environment("/usr/bin/dpkg").Select(variable => $"{variable.Key}={variable.Value}"),
                GenericPackager.PathInImage, "install", "-c", $"/{ConfigurationFile}", .. folder.Options(SaysSelections), .. names,
            ]);
            var after = AptExtendedStates.Read(root);
            if (after != states)
                AptExtendedStates.Replace(root, states);
            return exitCode == 0 && folder.Read(lines) is { } dryRun ? dryRun with { ExtendedStates = after } : null;
        }
        finally
        {
            root.RemoveTree(Encoding.UTF8.GetBytes(Folder));
        }
    }
}
