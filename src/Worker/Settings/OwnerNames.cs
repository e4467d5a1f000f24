using System.Globalization;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;
using ImageSdk.Posix;

namespace ImageSdk.Worker.Settings;

/// <summary>Owners of files by the names that a root has for them.</summary>
static class OwnerNames
{
    /// <returns>Numbers of the user and the group; null where nothing is said of either.</returns>
    /// <exception cref="BuildException">IMG1530: the image has no such user or group.</exception>
    public static (uint Uid, uint Gid)? Resolve(DirectoryHandle root, FileOwner owner)
    {
        if (owner.User.Length + owner.Group.Length == 0)
            return null;
        var accounts = new AccountDatabase(new(root));
        var user = owner.User.Length == 0 ? accounts.FindUser("root") : accounts.FindUser(owner.User);
        var uid = owner.User.Length == 0 ? 0 : Number(owner.User) ?? Number(user?[2]) ?? throw Missing(owner, "user", owner.User, accounts.UserNames);
        var gid = owner.Group.Length > 0 ? Number(owner.Group) ?? Number(accounts.FindGroup(owner.Group)?[2]) ?? throw Missing(owner, "group", owner.Group, accounts.GroupNames)
            : Number((user ?? (accounts.UserOf(uid) is { } name ? accounts.FindUser(name) : null))?[3]) ?? uid;
        return (uid, gid);
    }

    static BuildException Missing(FileOwner owner, string what, string name, IReadOnlyList<string> known) => new("IMG1530",
        $"The image has no {what} \"{name}\"{SettingFault.Near(name, known)} when these files go into it. Users of ImageUser items and of packages are there from Stage PostInstall on; or write the number.", owner.File, owner.Line);

    static uint? Number(string? text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
