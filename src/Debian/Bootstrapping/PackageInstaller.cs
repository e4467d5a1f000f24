using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Packages.Cache;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Debian.Bootstrapping;

/// <summary>Installs packages of the cache into a root that is being bootstrapped: dpkg configures them, and unpacks what <see cref="PlainUnpacker"/> does not.</summary>
sealed class PackageInstaller
{
    const string MountPoint = "/run/packages";

    readonly StageContext context;
    readonly WorkerSession session;
    readonly PackageStore store;
    readonly PlainUnpacker unpacker;

    public PackageInstaller(StageContext context, WorkerSession session)
    {
        this.context = context;
        this.session = session;
        store = new(session.Store);
        unpacker = new(context, $"{ConffileAnswer.UsualForces},unsafe-io,confold", script => Run(["/bin/sh", "-c", script]));
    }

    /// <summary>Installs the packages without which nothing runs, into a root that has no others.</summary>
    public void InstallFirst(IReadOnlyList<CachedPackage> packages) => Dpkg(
        unpacker.TryUnpackFirst(packages) is { } unpacked
            ? ["--force-depends", "--configure", .. unpacked]
            : ["--force-depends", "--install", .. packages.Select(PathOf)]);

    /// <summary>Does what a call of dpkg by apt asks for.</summary>
    /// <param name="arguments">Of dpkg; packages by the names of their files.</param>
    public void Call(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, CachedPackage> packages)
    {
        if (arguments.Contains("--unpack") && unpacker.TryUnpack([.. arguments.Where(packages.ContainsKey).Select(argument => packages[argument])]))
            return;
        Dpkg([.. arguments.Select(argument => packages.TryGetValue(argument, out var package) ? PathOf(package) : argument)]);
    }

    static string PathOf(CachedPackage package) => package.PathBelow(MountPoint);

    // Nothing of a stage needs to survive a power cut.
    void Dpkg(IReadOnlyList<string> arguments) => Run(
        ["dpkg", "--force-unsafe-io", "--force-confold", "--log=/dev/null", .. arguments]);

    void Run(IReadOnlyList<string> command)
    {
        string[] environment =
            ["DEBIAN_FRONTEND=noninteractive", "DEBCONF_NONINTERACTIVE_SEEN=true", "LC_ALL=C.UTF-8", "LANGUAGE=C.UTF-8", "LANG=C.UTF-8"];
        var memory = new MemoryWatch();
        var (exitCode, lastLines) = context.RunWith([new BindMount(store.PackagesDirectory, MountPoint)], ["/usr/bin/env", .. environment, .. command]);
        if (exitCode != 0)
            throw new BuildException("IMG2018", $"dpkg failed with {ExitStatus.Describe(exitCode)} while it installed packages.{memory.Explain()} {LastLines.Describe(lastLines)}");
    }
}
