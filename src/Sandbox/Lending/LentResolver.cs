using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Lending;

/// <summary>
/// The machine's name servers where a root's programs look for them while commands run: in /etc/resolv.conf, or in the place to which
/// that leads. systemd-resolved makes it a link to a file that its service would write; a command that installs the package goes on with
/// that file, so it is there beforehand.
/// </summary>
sealed class LentResolver : IDisposable
{
    const string ConfigurationFile = "etc/resolv.conf";

    static readonly string[] ServiceFiles = ["run/systemd/resolve/stub-resolv.conf", "run/systemd/resolve/resolv.conf"];

    readonly List<LentFile> files = [];

    public LentResolver(DirectoryHandle root)
    {
        if (MachineResolver.Read() is not { } content || root.StatInRoot("etc"u8) is not { Kind: FileKind.Directory })
            return;
        var configuration = RootLinks.Follow(root, Encoding.UTF8.GetBytes(ConfigurationFile));
        var places = new List<(byte[] Path, bool StaysEmpty)>();
        if (configuration is not null)
            places.Add((configuration, configuration.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(ConfigurationFile))));
        foreach (var path in ServiceFiles.Select(Encoding.UTF8.GetBytes))
            if (configuration is null || !configuration.AsSpan().SequenceEqual(path))
                places.Add((path, false));
        foreach (var (path, staysEmpty) in places)
            if (LentFile.TryLend(root, path, content, staysEmpty) is { } file)
                files.Add(file);
    }

    public void Dispose()
    {
        for (var last = files.Count - 1; last >= 0; last--)
            files[last].Dispose();
    }
}
