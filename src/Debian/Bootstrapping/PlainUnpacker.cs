using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Debian.Dpkg;
using ImageSdk.Images;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Bootstrapping;

/// <summary>
/// Does what <c>dpkg --unpack</c> does for packages that a root lacks and that have nothing special about them. dpkg unpacks one
/// after the other and starts six processes for each; here pre-installation scripts are run, files are written side by side, and the
/// packages entered into dpkg's database. Where packages share files, or there are triggers on their files, that is left to dpkg.
/// </summary>
/// <param name="forces">What dpkg does in spite of doubts, as scripts see it (<c>DPKG_FORCE</c>).</param>
/// <param name="runScript">Runs a shell script in the root, as dpkg would be run there; throws where it fails.</param>
sealed class PlainUnpacker(StageContext context, string forces, Action<string> runScript)
{
    // What scripts find in dpkg's environment.
    const string AdministrationDirectory = "/var/lib/dpkg";

    readonly DirectoryHandle root = context.Handle;
    readonly DpkgDatabase database = new(context.Handle);

    /// <returns>False where dpkg has to do it: but for some pre-installation scripts, which may be run twice, nothing was done.</returns>
    public bool TryUnpack(IReadOnlyList<CachedPackage> packages)
    {
        var opened = NewPackage.Read(packages, context.Cancellation);
        if (!opened.All(package => package.IsPlain) || IsOverridden(opened) || !AreNew(opened))
            return false;
        // A script may have told dpkg to put files elsewhere.
        if (!TryRunScripts(opened) || IsOverridden(opened))
            return false;
        Extract(packages, keepsDirectories: true);
        database.Add(opened);
        return true;
    }

    /// <summary>
    /// Unpacks the packages without which nothing runs, into a root that has no others. All of their files are written before any script
    /// runs, as the scripts need them.
    /// </summary>
    /// <returns>How dpkg names them; null where dpkg has to do it once more.</returns>
    public IReadOnlyList<string>? TryUnpackFirst(IReadOnlyList<CachedPackage> packages)
    {
        var opened = NewPackage.Read(packages, context.Cancellation);
        Extract(packages, keepsDirectories: false);
        // dpkg knows no order among packages that need each other before they are unpacked; all of them are there already.
        if (!opened.All(package => package.IsPlain) || !AreDistinct(opened))
            return null;
        if (!TryRunScripts(opened) || IsOverridden(opened))
            return null;
        database.Add(opened);
        return [.. opened.Select(package => package.Control.QualifiedName)];
    }

    void Extract(IReadOnlyList<CachedPackage> packages, bool keepsDirectories)
    {
        try
        {
            PackageExtractor.Extract(packages, context.Root.RootPath, keepsDirectories, context.Cancellation);
        }
        catch (AggregateException exception) when (exception.InnerException is InvalidDataException inner)
        {
            throw new BuildException("IMG4012", $"A package cannot be unpacked: {inner.Message}.", inner: exception);
        }
    }

    bool IsOverridden(IReadOnlyList<NewPackage> packages)
    {
        var overrides = database.ReadOverrides();
        return overrides.Count > 0 && packages.Any(package => package.Contents.Paths.Any(overrides.Contains));
    }

    /// <summary>Whether the root knows none of the packages and has none of their files, and no trigger waits for those.</summary>
    bool AreNew(IReadOnlyList<NewPackage> packages)
    {
        var known = database.ReadNames();
        var interests = database.ReadInterests().Concat(packages.SelectMany(package => package.Control.FileInterests))
            .Select(path => Encoding.UTF8.GetBytes(path.Trim('/'))).ToList();
        return AreDistinct(packages) && !packages.Any(package => known.Contains(package.Control.Package))
            && packages.SelectMany(package => package.Contents.Files).All(path => !Exists(path.Span) && !interests.Any(interest => path.Span.StartsWith(interest)));
    }

    /// <summary>Whether it does not matter which of the packages comes first.</summary>
    static bool AreDistinct(IReadOnlyList<NewPackage> packages)
    {
        var files = new HashSet<ByteString>();
        var directories = new Dictionary<ByteString, PackageDirectory>();
        return packages.All(package => package.Contents.Files.All(files.Add)
            && package.Contents.Directories.All(directory => directories.TryAdd(directory.Path, directory) || directories[directory.Path] == directory));
    }

    bool Exists(ReadOnlySpan<byte> path)
    {
        if (root.StatInRoot(BytePath.ParentOf(path)) is null)
            return false;
        using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(path));
        return parent.TryStat(BytePath.NameOf(path)) is not null;
    }

    /// <summary>The version of dpkg that scripts find in their environment; null where there is no dpkg.</summary>
    string? VersionOfDpkg(IReadOnlyList<NewPackage> packages) =>
        packages.FirstOrDefault(package => package.Control.Package == "dpkg")?.Control["Version"]
        ?? ControlStanza.ReadAll(RootFile.TryReadText(root, DpkgStatus.File) ?? "").FirstOrDefault(stanza => stanza["Package"] == "dpkg")?["Version"];

    /// <summary>Runs the pre-installation scripts, in the packages' order.</summary>
    /// <returns>False where there is no dpkg that they could be told of: none was run.</returns>
    bool TryRunScripts(IReadOnlyList<NewPackage> packages)
    {
        List<PackageControl> scripted = [.. packages.Select(package => package.Control).Where(control => control.TextOf("preinst") is not null)];
        if (scripted.Count == 0)
            return true;
        if (VersionOfDpkg(packages) is not { Length: > 0 } version)
            return false;
        var script = new PreinstScript(AdministrationDirectory, version, forces);
        var number = 0;
        using var directory = root.OpenDirectoryInRoot("var/lib/dpkg"u8);
        foreach (var control in scripted)
        {
            var folder = $"tmp.ci.{number++}";
            directory.TryMakeDirectory(Encoding.UTF8.GetBytes(folder), Permissions.Directory);
            using (var files = directory.OpenDirectory(Encoding.UTF8.GetBytes(folder)))
                foreach (var part in control.Files)
                    using (var file = files.CreateBeneath(Encoding.UTF8.GetBytes(part.Name), Permissions.OwnerFile))
                    {
                        file.Write(part.Content);
                        file.SetPermissions(part.Name == "preinst" ? Permissions.Program : part.Mode);
                    }
            script.Run(control.Package, control["Architecture"], folder);
        }
        runScript(script.ToString());
        return true;
    }
}
