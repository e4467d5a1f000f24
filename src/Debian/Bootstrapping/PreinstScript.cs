using System.Text;
using ImageSdk.Images.Text;

namespace ImageSdk.Debian.Bootstrapping;

/// <summary>A shell script that runs packages' pre-installation scripts as dpkg does: each from its temporary folder.</summary>
/// <param name="directory">dpkg's, absolute: "/var/lib/dpkg". In it are folders with what belongs to each package.</param>
/// <param name="version">Of dpkg.</param>
/// <param name="forces">What dpkg does in spite of doubts (<c>DPKG_FORCE</c>).</param>
sealed class PreinstScript(string directory, string version, string forces)
{
    readonly StringBuilder commands = new("set -e; cd /\n");

    /// <summary>Adds a package's script.</summary>
    /// <param name="folder">The package's, in the directory.</param>
    public void Run(string package, string architecture, string folder)
    {
        var place = ShellWord.Quote($"{directory}/tmp.ci");
        commands.Append($"mv {ShellWord.Quote($"{directory}/{folder}")} {place}\n");
        foreach (var (name, value) in new[]
        {
            ("DPKG_MAINTSCRIPT_PACKAGE", package), ("DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT", "1"), ("DPKG_MAINTSCRIPT_ARCH", architecture),
            ("DPKG_MAINTSCRIPT_NAME", "preinst"), ("DPKG_MAINTSCRIPT_DEBUG", "0"), ("DPKG_RUNNING_VERSION", version),
            ("DPKG_ADMINDIR", directory), ("DPKG_ROOT", ""), ("DPKG_FORCE", forces),
        })
            commands.Append($"{name}={ShellWord.Quote(value)} ");
        commands.Append($"{ShellWord.Quote($"{directory}/tmp.ci/preinst")} install || {{ echo {ShellWord.Quote($"The script preinst of {package} failed.")}; exit 1; }}\n")
            .Append($"rm -rf {place}\n");
    }

    public override string ToString() => commands.ToString();
}
