using System.Text;
using ImageSdk.Archives;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Debian.Fetching;
using ImageSdk.Debian.Planning;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Network;

namespace ImageSdk.Debian.Installing;

/// <summary>
/// Packages of the cache for an apt that installs by itself. What it would fetch is brought into the cache first; a method that stands in
/// for apt's own then answers with files of the cache, by their digests. So packages are fetched once, and none is written into the root.
/// </summary>
/// <remarks>apt cannot find them among its archives: there it compares their sizes, and those of the cache are not compressed.</remarks>
static class CachedArchives
{
    const string PackagesMountPoint = "/run/imagesdk-packages";
    const string MethodMountPoint = "/run/imagesdk-apt-method";

    /// <summary>Where apt itself brings what only it can fetch; in the root for that long.</summary>
    const string FetchFolder = ".imagesdk-fetched";

    // Messages have a line and fields, and end with an empty line.
    const string Method =
        $$"""
        #!/bin/sh
        # Stands in for a method of apt while an image is built: packages come from the build cache.
        printf '100 Capabilities\nVersion: 1.2\nPipeline: true\nSingle-Instance: true\nSend-URI-Encoded: true\n\n'
        forget() {
            message= uri= digest= size=
        }
        forget
        while read -r word rest; do
            case $word in
                600) message=acquire ;;
                URI:) uri=$rest ;;
                Expected-SHA256:) digest=$rest ;;
                Expected-Checksum-FileSize:) size=$rest ;;
                '')
                    if [ "$message" = acquire ]; then
                        set -- "{{PackagesMountPoint}}/${digest:-none}"/*.deb
                        if [ -f "$1" ]; then
                            printf '201 URI Done\nURI: %s\nFilename: %s\nSize: %s\nSHA256-Hash: %s\n\n' "$uri" "$1" "$size" "$digest"
                        else
                            printf '400 URI Failure\nURI: %s\nMessage: the build cache does not have it\n\n' "$uri"
                        fi
                    fi
                    forget
                    ;;
            esac
        done

        """;

    /// <summary>Brings the packages into the cache that a command of apt would fetch.</summary>
    /// <param name="command">Calls apt; options may come at its end.</param>
    /// <returns>Null where nothing is to fetch, or apt does not say what: then it has to do it by its own means.</returns>
    /// <exception cref="BuildException">As <c>PackageFetcher</c>; or apt fetches nothing (IMG4250).</exception>
    public static PackageSupply? TryBring(StageContext context, IReadOnlyList<string> command)
    {
        var options = DebianPackage.AptOptions.SelectMany(setting => new[] { "-o", setting });
        var (exitCode, lines) = context.QueryInBuildEnvironment([.. command, .. options, "--print-uris"]);
        List<string> uris = [.. lines.Where(line => line.StartsWith('\''))];
        if (exitCode != 0 || uris.Count == 0 || !uris.TrueForAll(DebianPackage.IsUriLine))
            return null;
        // Folders are read where they lie.
        List<DebianPackage> packages = [.. DebianPackage.ParseUriLines(uris).Where(package => DebianUri.TryGetPath(package.Uri) is null)];
        if (packages.Count == 0)
            return null;
        if (packages.TrueForAll(package => DebianUri.IsOpen(package.Uri)) && !HasOwnNetwork(context))
            Bring(context, packages);
        else
            BringByApt(context, packages);
        var methods = packages.Select(package => package.Uri[..package.Uri.IndexOf(':', StringComparison.Ordinal)]).Distinct().ToList();
        return new(
            [new BindMount(StoreOf(context).PackagesDirectory, PackagesMountPoint), new BindMount(context.WriteProgram("apt-method", Method), MethodMountPoint)],
            methods.ConvertAll(method => $"Dir::Bin::Methods::{method} \"{MethodMountPoint}\";"),
            AptConfigurationFile.IsRead(context.Settings) ? [] : [.. methods.SelectMany(method => new[] { "-o", $"Dir::Bin::Methods::{method}={MethodMountPoint}" })]);
    }

    static PackageStore StoreOf(StageContext context) => new(context.Session.Store);

    static void Bring(StageContext context, IReadOnlyList<DebianPackage> packages)
    {
        var session = context.Session;
        Directory.CreateDirectory(StoreOf(context).PackagesDirectory);
        new PackageFetcher(session.Store, session.NextRootDirectory(), session.Listener, ExpansionLimit.Of(context.Settings.Limits)).FetchAsync(packages, context.Cancellation).GetAwaiter().GetResult();
    }

    static bool HasOwnNetwork(StageContext context) => AptSystem.HasPasswordsIn(context.Handle) || AptLists.ReadSettings(context).HasOwnNetwork;

    /// <summary>Lets apt fetch what is missing, the way it knows.</summary>
    static void BringByApt(StageContext context, IReadOnlyList<DebianPackage> packages)
    {
        List<DebianPackage> missing = [.. packages.Where(package => StoreOf(context).Find(package) is null)];
        if (missing.Count == 0)
            return;
        var folder = Encoding.UTF8.GetBytes(FetchFolder);
        context.Handle.RemoveTree(folder);
        context.Handle.TryMakeDirectory(folder, Permissions.OwnerDirectory);
        try
        {
            context.Progress($"Fetching {missing.Count} packages");
            var (exitCode, lastLines) = context.RunInBuildEnvironment(CommandPurpose.Packages,
            [
                "/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", $"/{FetchFolder}",
                "/usr/bin/apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", .. missing.Select(package => $"{package.Name}:{package.Architecture}={package.Version}"),
            ]);
            if (exitCode != 0)
                throw new BuildException("IMG4250",
                    $"apt could not fetch {missing.Count} packages, such as {missing[0]}. Check the network and apt's configuration in the image "
                    + $"(/etc/apt). Last output:\n{string.Join('\n', lastLines)}");
            Bring(context, [.. missing.Select(package => package with { Uri = new Uri(Path.Combine(context.Root.RootPath, FetchFolder, package.FileName)).AbsoluteUri })]);
        }
        finally
        {
            context.Handle.RemoveTree(folder);
        }
    }
}
