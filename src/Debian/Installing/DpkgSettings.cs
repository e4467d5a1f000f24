using System.Text;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Installing;

/// <summary>What the configuration of an image's dpkg comes to, for code that does a part of its work.</summary>
/// <param name="IsUsual">Whether it unpacks packages as it does without any configuration: all of their files, where they belong.</param>
/// <param name="KeepsLog">Whether it notes what it does in <c>/var/log/dpkg.log</c>.</param>
/// <param name="Forces">What it does in spite of doubts, as it tells scripts in <c>DPKG_FORCE</c>.</param>
sealed record DpkgSettings(bool IsUsual, bool KeepsLog, string Forces)
{
    const string Log = "log /var/log/dpkg.log";
    const string Force = "force-";

    /// <summary>What may be said besides, in dpkg's order. It changes nothing about packages that are new.</summary>
    static readonly string[] HarmlessForces = ["unsafe-io", "confnew", "confold", "confdef", "confmiss"];

    /// <param name="options">With which it is called, such as <c>--force-confold</c>.</param>
    /// <param name="forces">What its environment says, as <see cref="ConffileAnswer.DpkgVariable"/>; null for nothing.</param>
    public static DpkgSettings Read(DirectoryHandle root, IEnumerable<string> options, string? forces = null)
    {
        List<string> lines = [.. LinesOf(root, "etc/dpkg/dpkg.cfg")];
        const string folder = "etc/dpkg/dpkg.cfg.d";
        if (RootFile.HasNames(root, folder))
        {
            using var directory = root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(folder));
            foreach (var name in directory.ReadNames())
                lines.AddRange(LinesOf(root, $"{folder}/{Encoding.UTF8.GetString(name)}"));
        }
        // Of the defaults that the variable takes the place of, all must be in it.
        List<string> told = forces is null ? [] : [.. forces.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        var keepsDefaults = forces is null || ConffileAnswer.UsualForces.Split(',').All(told.Remove);
        lines.AddRange(told.Select(force => Force + force));
        lines.AddRange(options.Select(option => Normalize(option.TrimStart('-'))));
        var isUsual = keepsDefaults && lines.TrueForAll(line => line is Log or "no-debsig" || line.StartsWith(Force, StringComparison.Ordinal) && HarmlessForces.Contains(line[Force.Length..]));
        return new(isUsual, lines.Contains(Log), string.Join(',', HarmlessForces.Where(force => lines.Contains(Force + force)).Prepend(ConffileAnswer.UsualForces)));
    }

    static IEnumerable<string> LinesOf(DirectoryHandle root, string path) => (RootFile.TryReadText(root, path) ?? "").Split('\n')
        .Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(Normalize);

    // "log /var/log/dpkg.log", "log=/var/log/dpkg.log".
    static string Normalize(string option) => string.Join(' ', option.Split([' ', '\t', '='], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
