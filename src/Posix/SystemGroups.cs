using System.Runtime.InteropServices;

namespace ImageSdk.Posix;

/// <summary>The machine's groups, wherever its name service has them.</summary>
public static partial class SystemGroups
{
    static readonly Lock gate = new();

    /// <summary>Whether there is a group of that name.</summary>
    public static bool Contains(string name)
    {
        // The answer lies in memory that the next question overwrites.
        lock (gate)
            return FindByName(name) != 0;
    }

    /// <summary>A user other than root and the calling one to whom a group gives its rights; null where it has none.</summary>
    /// <param name="id">Of the group. Users that have it as their own group are found in /etc/passwd only.</param>
    public static string? FindOtherMember(uint id) => ListMembers(id).FirstOrDefault(name => name is not "root" && name != Environment.UserName);

    static List<string> ListMembers(uint id)
    {
        var members = new List<string>();
        lock (gate)
            if (FindById(id) is var group and not 0)
                // struct group: name, password, id, members.
                for (var member = Marshal.ReadIntPtr(group, 3 * nint.Size); Marshal.ReadIntPtr(member) is var name and not 0; member += nint.Size)
                    members.Add(Marshal.PtrToStringUTF8(name)!);
        if (File.Exists(UsersFile))
            members.AddRange(File.ReadLines(UsersFile).Select(line => line.Split(':')).Where(fields => fields.Length > 3 && fields[3] == id.ToString()).Select(fields => fields[0]));
        return members;
    }

    const string UsersFile = "/etc/passwd";

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FindByName(string name);

    [LibraryImport("libc", EntryPoint = "getgrgid")]
    private static partial nint FindById(uint id);
}
