using System.Runtime.InteropServices;
using ImageSdk.Posix;

namespace ImageSdk.Layers;

/// <summary>Who besides the building user may change what a path leads to.</summary>
static class PathTrust
{
    const uint GroupWrite = 0x10;
    const uint OtherWrite = 0x2;
    const uint Sticky = 0x200;
    const int MostLinks = 40;

    /// <summary>The owner that the kernel shows for one who is not mapped into the user namespace: on a machine's own directories, root.</summary>
    const uint Overflow = 65534;

    /// <summary>A directory on the way to a path that another user can change.</summary>
    /// <param name="Directory">Its path.</param>
    /// <param name="Reason">What is wrong with it, in a few words.</param>
    /// <param name="IsOwned">Whether it merely belongs to another user, who can change it like any owner, and no one else can.</param>
    public sealed record Weakness(string Directory, string Reason, bool IsOwned);

    /// <summary>Looks at every directory that leads to a path, through links. What is not there yet has no owner.</summary>
    /// <param name="path">Absolute.</param>
    /// <returns>The weakest one; null where only root and this user can change what the path leads to.</returns>
    public static Weakness? FindWeakness(string path)
    {
        Weakness? owned = null;
        var rest = new Stack<string>(Parts(path).Reverse());
        var (at, links) = ("/", 0);
        while (rest.TryPop(out var name))
        {
            using var directory = DirectoryHandle.Open(at);
            var child = directory.TryStat(System.Text.Encoding.UTF8.GetBytes(name));
            var weakness = Check(at, directory.Stat(), child);
            if (weakness is { IsOwned: false })
                return weakness;
            owned ??= weakness;
            if (child is null)
                break;
            if (child.Value.Kind != FileKind.Symlink)
            {
                at = Path.Combine(at, name);
                continue;
            }
            if (++links > MostLinks)
                return new(Path.Combine(at, name), "is a link that leads nowhere", false);
            var target = System.Text.Encoding.UTF8.GetString(directory.ReadLink(System.Text.Encoding.UTF8.GetBytes(name)));
            if (Path.IsPathRooted(target))
                at = "/";
            foreach (var part in Parts(target).Reverse())
                rest.Push(part);
        }
        return owned;
    }

    static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <param name="child">What the path has in the directory; null for nothing yet.</param>
    static Weakness? Check(string path, FileStatus directory, FileStatus? child)
    {
        // In a directory with the sticky bit one can only remove what is one's own.
        var isSticky = (directory.Mode & Sticky) != 0 && (child is null || IsTrusted(child.Value.Uid));
        if (!isSticky && (directory.Mode & OtherWrite) != 0)
            return new(path, $"can be written by all users (mode {Octal(directory)})", false);
        if (!isSticky && (directory.Mode & GroupWrite) != 0 && SystemGroups.FindOtherMember(directory.Gid) is { } member)
            return new(path, $"can be written by its group, to which {member} belongs (mode {Octal(directory)})", false);
        return IsTrusted(directory.Uid) ? null : new(path, $"belongs to another user ({directory.Uid})", true);
    }

    static string Octal(FileStatus status) => Convert.ToString(status.Permissions, 8).PadLeft(4, '0');

    // Who calls sudo can become root anyway.
    static bool IsTrusted(uint uid) =>
        uid is 0 or Overflow || uid == Processes.UserId || (Processes.IsRoot && Environment.GetEnvironmentVariable("SUDO_UID") == uid.ToString());
}
