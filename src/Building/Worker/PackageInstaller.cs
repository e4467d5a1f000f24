using System.Text;
using ImageSdk.Building.DebianPackages;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>
/// Installs packages of the cache into a root that lacks them, with the root's own dpkg. dpkg configures them; what it does
/// before that it leaves to us where nothing is special about it, because it unpacks one package after the other and starts
/// six processes for each: pre-installation scripts are run, files written side by side, and the packages entered into its
/// database. Where packages share files, or somebody waits for their files, dpkg does all itself.
/// </summary>
sealed class PackageInstaller(StageContext context, WorkerSession session)
{
    const string MountPoint = "/run/packages";

    // What scripts find in dpkg's environment.
    const string AdministrationDirectory = "/var/lib/dpkg";

    readonly PackageStore store = new(session.Store);
    readonly DirectoryHandle root = context.Handle;
    readonly DpkgDatabase database = new(context.Handle);
    string dpkgVersion = "1.21";

    /// <summary>
    /// Installs the packages without which nothing runs, into a root that has no others. All of their files are written
    /// before any script runs, as the scripts need them.
    /// </summary>
    public void InstallFirst(IReadOnlyList<CachedPackage> packages)
    {
        var known = Read(packages);
        dpkgVersion = known.FirstOrDefault(package => package.Control.Package == "dpkg").Control?["Version"] ?? dpkgVersion;
        PackageExtractor.Extract(packages, context.Root.RootPath, context.Cancellation);
        // dpkg knows no order among packages that need each other before they are unpacked; all of them are there already.
        if (!known.All(IsPlain) || known.SelectMany(package => package.Contents.Files).GroupBy(path => path).Any(group => group.Count() > 1))
        {
            Dpkg(["--force-depends", "--install", .. packages.Select(PathOf)]);
            return;
        }
        RunScripts(known);
        if (database.HasOverrides)
        {
            Dpkg(["--force-depends", "--install", .. packages.Select(PathOf)]);
            return;
        }
        database.Add(known);
        Dpkg(["--force-depends", "--configure", .. known.Select(package => package.Control.QualifiedName)]);
    }

    /// <summary>Does what a call of dpkg by apt asks for.</summary>
    /// <param name="arguments">Of dpkg; packages by the names of their files.</param>
    public void Call(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, CachedPackage> packages)
    {
        if (arguments.Contains("--unpack"))
        {
            var known = Read([.. arguments.Where(packages.ContainsKey).Select(argument => packages[argument])]);
            if (known.All(IsPlain) && !database.HasOverrides && AreNew(known))
            {
                RunScripts(known);
                PackageExtractor.Extract([.. known.Select(package => package.File)], context.Root.RootPath, context.Cancellation);
                database.Add(known);
                return;
            }
        }
        Dpkg([.. arguments.Select(argument => packages.TryGetValue(argument, out var package) ? PathOf(package) : argument)]);
    }

    static string PathOf(CachedPackage package) => package.PathBelow(MountPoint);

    List<(CachedPackage File, PackageControl Control, PackageContents Contents)> Read(IReadOnlyList<CachedPackage> packages)
    {
        try
        {
            return [.. packages.AsParallel().AsOrdered().WithCancellation(context.Cancellation)
                .Select(package => (package, PackageControl.Read(package), PackageContents.Read(package)))];
        }
        catch (AggregateException exception) when (exception.InnerException is InvalidDataException inner)
        {
            throw new BuildException("IMG4012", $"A package of the cache is damaged: {inner.Message}. Repair it: imagesdk cache verify --content --repair", inner: inner);
        }
    }

    // dpkg makes digests where a package brings none, and knows configuration files that are to go.
    static bool IsPlain((CachedPackage File, PackageControl Control, PackageContents Contents) package) =>
        package.Control.TextOf("md5sums") is not null
        && package.Control.LinesOf("conffiles").All(path => path[0] == '/' && package.Contents.Files.Contains(ByteString.FromText(path[1..])));

    /// <summary>Whether the root has none of the packages' files, no two have one together, and nobody waits for them.</summary>
    bool AreNew(List<(CachedPackage File, PackageControl Control, PackageContents Contents)> packages)
    {
        var interests = database.ReadInterests()
            .Concat(packages.SelectMany(package => package.Control.LinesOf("triggers")).Where(line => line.StartsWith("interest", StringComparison.Ordinal) && line.Contains('/')).Select(line => line[line.IndexOf('/')..]))
            .Select(path => Encoding.UTF8.GetBytes(path.Trim('/'))).ToList();
        var seen = new HashSet<ByteString>();
        return packages.SelectMany(package => package.Contents.Files).All(path =>
            seen.Add(path) && !Exists(path.Span) && !interests.Any(interest => path.Span.StartsWith(interest)));
    }

    bool Exists(ReadOnlySpan<byte> path)
    {
        var slash = path.LastIndexOf((byte)'/');
        if (root.StatInRoot(slash < 0 ? [] : path[..slash]) is null)
            return false;
        using var parent = root.OpenDirectoryInRoot(slash < 0 ? [] : path[..slash]);
        return parent.TryStat(path[(slash + 1)..]) is not null;
    }

    /// <summary>Runs the pre-installation scripts, in the packages' order, as dpkg does: from its temporary folder.</summary>
    void RunScripts(List<(CachedPackage File, PackageControl Control, PackageContents Contents)> packages)
    {
        var commands = new StringBuilder("set -e; cd /\n");
        var number = 0;
        using var directory = root.OpenDirectoryInRoot("var/lib/dpkg"u8);
        foreach (var (_, control, _) in packages.Where(package => package.Control.TextOf("preinst") is not null))
        {
            var folder = $"tmp.ci.{number++}";
            directory.TryMakeDirectory(Encoding.UTF8.GetBytes(folder), 0x1ED); // 0755
            using (var files = directory.OpenDirectory(Encoding.UTF8.GetBytes(folder)))
                foreach (var part in control.Files)
                    using (var file = files.CreateBeneath(Encoding.UTF8.GetBytes(part.Name), 0x180))
                    {
                        file.Write(part.Content);
                        file.SetPermissions(part.Name == "preinst" ? 0x1ED : part.Mode);
                    }
            commands.Append($"mv {AdministrationDirectory}/{folder} {AdministrationDirectory}/tmp.ci\n")
                .Append($"DPKG_MAINTSCRIPT_PACKAGE={control.Package} DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 DPKG_MAINTSCRIPT_ARCH={control["Architecture"]} ")
                .Append($"DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_DEBUG=0 DPKG_RUNNING_VERSION={dpkgVersion} DPKG_ADMINDIR={AdministrationDirectory} DPKG_ROOT= ")
                .Append($"{AdministrationDirectory}/tmp.ci/preinst install || {{ echo 'The script preinst of {control.Package} failed.'; exit 1; }}\n")
                .Append($"rm -rf {AdministrationDirectory}/tmp.ci\n");
        }
        if (number > 0)
            Run(["/bin/sh", "-c", commands.ToString()]);
    }

    // Nothing of a stage needs to survive a power cut.
    void Dpkg(IReadOnlyList<string> arguments) => Run(
        ["dpkg", "--force-unsafe-io", "--log=/dev/null", .. arguments],
        arguments.Contains("--configure") && ChrootQuestion.Answer(root, session.Directory) is { } answer ? [answer] : []);

    void Run(IReadOnlyList<string> command, params IReadOnlyList<BindMount> mounts)
    {
        string[] environment =
            ["DEBIAN_FRONTEND=noninteractive", "DEBCONF_NONINTERACTIVE_SEEN=true", "LC_ALL=C.UTF-8", "LANGUAGE=C.UTF-8", "LANG=C.UTF-8"];
        var (exitCode, lastLines) = context.RunWith([new BindMount(store.PackagesDirectory, MountPoint), .. mounts], ["/usr/bin/env", .. environment, .. command]);
        if (exitCode != 0)
            throw new BuildException("IMG2018", $"dpkg failed with exit code {exitCode} while it installed packages. {ScriptRunner.Tail(lastLines)}");
    }
}
