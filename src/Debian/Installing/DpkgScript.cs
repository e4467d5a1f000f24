using System.Text;
using ImageSdk.Debian.Planning;
using ImageSdk.Images.Text;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;

namespace ImageSdk.Debian.Installing;

/// <summary>Commands of a shell that call an image's own dpkg as apt calls it.</summary>
/// <param name="mountPoint">Where the cache's packages are in the sandbox.</param>
sealed class DpkgScript(AptSettings settings, string mountPoint)
{
    /// <summary>debconf's part of an installation by apt.</summary>
    public const string Preconfigurer = "usr/sbin/dpkg-preconfigure";

    /// <summary>It asks nothing where this program is missing.</summary>
    public const string TemplateReader = "usr/bin/apt-extracttemplates";

    readonly StringBuilder commands = new();

    /// <summary>What was added since this was called last; empty for nothing.</summary>
    public string Take()
    {
        var text = commands.ToString();
        commands.Clear();
        return text;
    }

    /// <summary>What debconf does before any package is unpacked.</summary>
    public void Preconfigure(IEnumerable<CachedPackage> packages) => commands
        .Append($"/{Preconfigurer} --apt <<'.' || true\n").AppendJoin('\n', packages.Select(package => package.PathBelow(mountPoint))).Append("\n.\n");

    /// <param name="files">By the names of packages.</param>
    public void Call(DpkgRun run, IReadOnlyDictionary<string, CachedPackage> files)
    {
        commands.Append("dpkg");
        foreach (var option in settings.DpkgOptions)
            commands.Append(' ').Append(ShellWord.Quote(option));
        var isLast = run.Names.Count == 0;
        commands.Append(isLast ? "" : " --no-triggers").Append(run.Unpacks ? " --unpack --auto-deconfigure" : " --configure").Append(isLast ? " --pending" : "");
        foreach (var name in run.Names)
            commands.Append(" \\\n    ").Append(ShellWord.Quote(run.Unpacks ? files[name].PathBelow(mountPoint) : name));
        commands.Append('\n');
    }
}
