using System.Globalization;
using System.Text;
using ImageSdk.Contracts.Settings;
using ImageSdk.Posix;

namespace ImageSdk.Worker.Settings;

/// <summary>Home directories of users: made of /etc/skel, with the keys that open them.</summary>
sealed class HomeDirectories(RootText root, AccountDatabase accounts)
{
    const uint PrivateDirectory = 0x1C0, PrivateFile = 0x180; // 0700, 0600

    /// <param name="fields">Of the user in passwd.</param>
    /// <param name="isNew">Whether the user was not in the image before.</param>
    public void Make(UserSetting user, string[] fields, bool isNew)
    {
        var home = fields[5].Trim('/');
        if (home.Length == 0)
            home = ".";
        var (uid, gid) = (Number(fields[2]), Number(fields[3]));
        var mayMake = user.MakesHome ?? (!user.IsSystem || user.AuthorizedKeys.Count > 0);
        if (mayMake && home != "nonexistent")
            MakeHome(home, uid, gid, isNew);
        if (user.AuthorizedKeys.Count == 0)
            return;
        if (!root.IsDirectory(home))
            throw SettingFault.Of(user, "IMG1515", $"ImageUser \"{user.Name}\" has keys and no home directory /{home} for them. Set Home, or CreateHome to true.");
        AddKeys(user, home, uid, gid);
    }

    void MakeHome(string home, uint uid, uint gid, bool isNew)
    {
        if (root.Root.StatInRoot(Encoding.UTF8.GetBytes(home)) is { } present)
        {
            // What a tree of the project brought is root's; what is in it has owners of its own.
            if (isNew && present is { Kind: FileKind.Directory, Uid: 0 } && home is not ("." or "root"))
                root.SetOwner(home, uid, gid);
            return;
        }
        root.MakeDirectory(home);
        root.SetOwner(home, uid, gid, (uint)accounts.Limit("HOME_MODE", PrivateDirectory));
        if (root.IsDirectory("etc/skel"))
            using (var skeleton = root.Root.OpenDirectoryInRoot("etc/skel"u8))
            using (var target = root.Root.OpenDirectoryInRoot(Encoding.UTF8.GetBytes(home)))
                Copy(skeleton, target, uid, gid);
    }

    static void Copy(DirectoryHandle source, DirectoryHandle target, uint uid, uint gid)
    {
        foreach (var name in source.ReadNames())
        {
            var status = source.Stat(name);
            switch (status.Kind)
            {
                case FileKind.Directory:
                    target.TryMakeDirectory(name, status.Permissions);
                    using (var from = source.OpenDirectory(name))
                    using (var to = target.OpenDirectory(name))
                        Copy(from, to, uid, gid);
                    break;
                case FileKind.Regular:
                    using (var from = source.OpenRead(name))
                    using (var to = target.CreateFile(name, status.Permissions))
                        from.CopyTo(to);
                    break;
                case FileKind.Symlink:
                    target.MakeSymlink(name, source.ReadLink(name));
                    break;
                default:
                    continue;
            }
            target.SetOwner(name, uid, gid);
            if (status.Kind != FileKind.Symlink)
                target.SetPermissions(name, status.Permissions);
        }
    }

    void AddKeys(UserSetting user, string home, uint uid, uint gid)
    {
        var (folder, file) = ($"{home}/.ssh", $"{home}/.ssh/authorized_keys");
        var lines = root.ReadLines(file).ToList();
        lines.AddRange(user.AuthorizedKeys.Where(key => !lines.Contains(key)).ToList());
        if (!root.IsDirectory(folder))
        {
            root.MakeDirectory(folder);
            root.SetOwner(folder, uid, gid, PrivateDirectory);
        }
        root.WriteLines(file, lines, PrivateFile);
        root.SetOwner(file, uid, gid, PrivateFile);
    }

    static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);
}
