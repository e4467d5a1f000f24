using System.Net;
using System.Text;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Lending;
using ImageSdk.Sandbox.Network;

namespace ImageSdk.Sandbox.Cleaning;

/// <summary>
/// Looks through what commands left in a root for traces of the building machine, by content. Its name servers are taken out again;
/// of what is in the middle of something else a warning tells.
/// </summary>
/// <param name="context">Of a root where commands have run.</param>
sealed class BuilderTraces(StageContext context)
{
    /// <summary>Configuration is not longer.</summary>
    const ulong LongestFile = 1 << 18;

    /// <summary>What packages bring: nothing there was written by a command.</summary>
    static readonly string[] PackageFolders = ["usr", "var/lib/dpkg/info", "var/lib/apt", "var/cache"];

    /// <summary>Where commands write all the same.</summary>
    static readonly string[] OwnFolders = ["usr/local"];

    static readonly SearchedFor machine = SearchedFor.Read();

    readonly byte[]? lent = MachineResolver.Read();
    readonly List<string> warned = [];

    /// <param name="ofPackages">Whether only packages were installed: then files that are theirs are ignored.</param>
    public void Remove(bool ofPackages)
    {
        using var upper = DirectoryHandle.Open(context.Root.Upper);
        Walk(upper, "", ofPackages ? PackageFolders : []);
    }

    void Walk(DirectoryHandle directory, string path, string[] passedOver)
    {
        foreach (var name in directory.ReadNames())
        {
            var child = path + Encoding.UTF8.GetString(name);
            var status = directory.TryStat(name);
            if (status is { Kind: FileKind.Directory })
            {
                if (passedOver.Contains(child) && !OwnFolders.Any(own => own.StartsWith(child + "/", StringComparison.Ordinal)))
                    continue;
                using var below = directory.OpenDirectory(name);
                // Of a folder that is ignored, those of its own that are not.
                if (passedOver.Contains(child))
                    foreach (var own in OwnFolders.Where(own => own.StartsWith(child + "/", StringComparison.Ordinal)))
                        WalkOwn(below, own, child);
                else
                    Walk(below, child + "/", passedOver);
            }
            else if (status is { Kind: FileKind.Regular, Size: > 0 and <= LongestFile })
                Look(directory, name, child);
        }
    }

    void WalkOwn(DirectoryHandle parent, string path, string parentPath)
    {
        var name = Encoding.UTF8.GetBytes(path[(parentPath.Length + 1)..]);
        if (parent.TryStat(name) is not { Kind: FileKind.Directory })
            return;
        using var own = parent.OpenDirectory(name);
        Walk(own, path + "/", []);
    }

    void Look(DirectoryHandle directory, byte[] name, string path)
    {
        var content = Read(directory, name);
        if (MachineResolver.IsIn(content))
            content = Replace(path, MachineResolver.TakeOut(content, lent ?? []));
        else if (lent is not null && path != "etc/resolv.conf" && machine.HasNameServer(content) && MachineResolver.IsForm(content))
            // What resolvconf and its like put together.
            content = Replace(path, MachineResolver.TakeOutLines(content, lent));
        if (machine.FindIn(content, isConfiguration: !path.StartsWith("usr/", StringComparison.Ordinal)) is { } what)
            Warn(path, what);
    }

    static byte[] Read(DirectoryHandle directory, byte[] name)
    {
        using var file = directory.OpenRead(name);
        var content = new byte[file.Length];
        return content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
    }

    // Through the mount: the upper directory must not change under it.
    byte[] Replace(string path, byte[] content)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        using var parent = context.Handle.OpenDirectoryInRoot(BytePath.ParentOf(bytes));
        var name = BytePath.NameOf(bytes);
        if (content.Length == 0 && path.StartsWith("run/", StringComparison.Ordinal))
        {
            parent.Unlink(name);
            return content;
        }
        var mtime = parent.Stat(name).Mtime;
        using (var file = context.Handle.OpenWriteInRoot(bytes))
            file.Write(content);
        parent.SetTimes(name, mtime);
        return content;
    }

    void Warn(string path, string what)
    {
        const int most = 10;
        if (warned.Count >= most)
            return;
        warned.Add(path);
        context.Warn("IMG3120",
            $"/{SafePath(path)} has {what} of the building machine in it, and is going to be part of the image. "
            + "Have the script or the package that writes it leave it out.");
    }

    static string SafePath(string path) => Logging.SafeText.Show(path);

    /// <summary>What tells of the machine.</summary>
    sealed class SearchedFor
    {
        readonly List<(byte[] Text, string What)> exact = [];
        readonly List<(byte[] Text, string What)> words = [];
        readonly List<byte[]> nameServers = [];

        public static SearchedFor Read()
        {
            var found = new SearchedFor();
            foreach (var authority in MachineProxies.Current.Authorities)
                found.exact.Add((Encoding.UTF8.GetBytes(authority), "the address of a proxy"));
            if (File.Exists("/etc/machine-id") && File.ReadAllText("/etc/machine-id").Trim() is { Length: 32 } id)
                found.exact.Add((Encoding.UTF8.GetBytes(id), "the machine id"));
            var resolver = MachineResolver.Read() ?? [];
            foreach (var server in MachineResolver.Values(resolver, "nameserver"))
            {
                found.nameServers.Add(Encoding.UTF8.GetBytes($"nameserver {server}\n"));
                if (IPAddress.TryParse(server, out var address) && !IPAddress.IsLoopback(address))
                    found.words.Add((Encoding.UTF8.GetBytes(server), "the address of a name server"));
            }
            foreach (var domain in MachineResolver.Values(resolver, "search", "domain").Where(domain => domain.Trim('.').Contains('.')))
                found.words.Add((Encoding.UTF8.GetBytes(domain.Trim('.')), "the domain"));
            return found;
        }

        public bool HasNameServer(ReadOnlySpan<byte> content)
        {
            foreach (var line in nameServers)
                if (content.IndexOf(line) >= 0)
                    return true;
            return false;
        }

        /// <param name="isConfiguration">Whether addresses in it mean what they say; packages' examples have some too.</param>
        /// <returns>What was found, in words; null for nothing.</returns>
        public string? FindIn(ReadOnlySpan<byte> content, bool isConfiguration)
        {
            foreach (var (text, what) in exact)
                if (content.IndexOf(text) >= 0)
                    return what;
            if (!isConfiguration)
                return null;
            foreach (var (text, what) in words)
                if (HasWord(content, text))
                    return what;
            return null;
        }

        // As a word of its own, and not in a comment.
        static bool HasWord(ReadOnlySpan<byte> content, ReadOnlySpan<byte> word)
        {
            for (var start = 0; content[start..].IndexOf(word) is var at and >= 0; start += at + 1)
            {
                var (begin, end) = (start + at, start + at + word.Length);
                var line = content[..begin];
                line = line[(line.LastIndexOf((byte)'\n') + 1)..].TrimStart(" \t"u8);
                if ((begin == 0 || !IsPart(content[begin - 1])) && (end == content.Length || !IsPart(content[end])) && line is not [(byte)'#' or (byte)';', ..])
                    return true;
            }
            return false;
        }

        static bool IsPart(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'_';
    }
}
