using System.Globalization;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;
using ImageSdk.Images.Text;

namespace ImageSdk.Worker.Settings;

/// <summary>Adds users and groups to a root, and changes those that it has: what a setting does not say stays.</summary>
sealed class AccountWriter(RootText root)
{
    const string NoLogin = "/usr/sbin/nologin", NoHome = "/nonexistent";

    readonly AccountDatabase accounts = new(root);

    public void Apply(IReadOnlyList<GroupSetting> groups, IReadOnlyList<UserSetting> users)
    {
        foreach (var group in groups)
            Add(group);
        // Numbers that are said come first, so that none of them is given away.
        var added = users.Where(user => accounts.FindUser(user.Name) is null).ToHashSet();
        foreach (var user in users.OrderBy(user => user.Uid is null))
            Add(user);
        foreach (var user in users)
            foreach (var name in user.Groups)
                accounts.AddMember(RequireGroup(user, name), user.Name);
        foreach (var group in groups)
            foreach (var member in group.Members)
                accounts.AddMember(group.Name, accounts.FindUser(member)?[0] ?? throw SettingFault.Of(group, "IMG1514",
                    $"Members of ImageGroup \"{group.Name}\" has \"{member}\", and the image has no such user{SettingFault.Near(member, accounts.UserNames)}. Correct it, or add an ImageUser."));
        accounts.Save();
        var homes = new HomeDirectories(root, accounts);
        foreach (var user in users)
            homes.Make(user, accounts.FindUser(user.Name)!, isNew: added.Contains(user));
    }

    void Add(GroupSetting group)
    {
        if (accounts.FindGroup(group.Name) is { } present)
        {
            if (group.Gid is { } said && present[2] != Text(said))
                throw SettingFault.Of(group, "IMG1511", $"The image's group \"{group.Name}\" has the number {present[2]}, and Gid says {said}. Files belong to numbers: leave Gid out, or set it where the group is made.");
            return;
        }
        if (group.Gid is { } gid && accounts.GroupOf(gid) is { } other)
            throw SettingFault.Of(group, "IMG1511", $"Gid {gid} of ImageGroup \"{group.Name}\" is that of the image's group \"{other}\". Choose another.");
        accounts.AddGroup(group.Name, group.Gid ?? accounts.FreeId(group.IsSystem));
    }

    void Add(UserSetting user)
    {
        if (user.Shell.Length > 0 && !root.Exists(user.Shell[1..]))
            throw SettingFault.Of(user, "IMG1515", $"The image has no {user.Shell}, which is Shell of ImageUser \"{user.Name}\"{SettingFault.Near(user.Shell, Shells())}. Add the package that brings it, or choose another.");
        if (accounts.FindUser(user.Name) is not { } fields)
            fields = AddNew(user);
        else if (user.Uid is { } said && fields[2] != Text(said))
            throw SettingFault.Of(user, "IMG1511", $"The image's user \"{user.Name}\" has the number {fields[2]}, and Uid says {said}. Files belong to numbers: leave Uid out, or set it where the user is made.");
        else if (user.Group.Length > 0)
            fields[3] = accounts.FindGroup(RequireGroup(user, user.Group))![2];
        if (user.Comment.Length > 0)
            fields[4] = user.Comment;
        if (user.Home.Length > 0)
            fields[5] = user.Home;
        if (user.Shell.Length > 0)
            fields[6] = user.Shell;
        if (user.PasswordHash.Length > 0 || !accounts.HasPassword(user.Name))
            accounts.SetPassword(user.Name, _ => user.PasswordHash.Length > 0 ? user.PasswordHash : "!");
        if (user.IsLocked)
            accounts.SetPassword(user.Name, password => password.StartsWith('!') ? password : "!" + password, expires: true);
        if (!user.IsSystem)
            accounts.AddSubordinateIds(user.Name);
    }

    string[] AddNew(UserSetting user)
    {
        if (user.Uid is { } said && accounts.UserOf(said) is { } other)
            throw SettingFault.Of(user, "IMG1511", $"Uid {said} of ImageUser \"{user.Name}\" is that of the image's user \"{other}\". Choose another.");
        // A group of its own has its number where that is free.
        var own = user.Group.Length > 0 ? RequireGroup(user, user.Group) : user.Name;
        uint uid;
        if (accounts.FindGroup(own) is { } group)
            uid = user.Uid ?? (own == user.Name && uint.TryParse(group[2], out var same) && accounts.UserOf(same) is null ? same : accounts.FreeId(user.IsSystem));
        else
        {
            uid = user.Uid ?? accounts.FreeId(user.IsSystem);
            accounts.AddGroup(own, accounts.GroupOf(uid) is null ? uid : accounts.FreeId(user.IsSystem));
            group = accounts.FindGroup(own)!;
        }
        var shell = user.IsSystem ? NoLogin : root.Exists("bin/bash") ? "/bin/bash" : "/bin/sh";
        return accounts.AddUser(user.Name, uid, uint.Parse(group[2], CultureInfo.InvariantCulture), user.IsSystem ? NoHome : $"/home/{user.Name}", shell);
    }

    string RequireGroup(UserSetting user, string name) => accounts.FindGroup(name)?[0] ?? throw SettingFault.Of(user, "IMG1514",
        $"ImageUser \"{user.Name}\" is to be in the group \"{name}\", and the image has none{SettingFault.Near(name, accounts.GroupNames)}. Correct it, add the package that makes it, or add an ImageGroup.");

    string[] Shells() => [.. root.ReadLines("etc/shells").Where(line => line.StartsWith('/')), NoLogin];

    static string Text(uint id) => id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A setting that the image can't have.</summary>
static class SettingFault
{
    public static BuildException Of(Setting setting, string code, string message) => new(code, message, setting.File, setting.Line);

    /// <summary>What may be meant: " (did you mean …?)", or nothing.</summary>
    public static string Near(string name, IReadOnlyList<string> known) => NearNames.Find(name, known) is { } near ? $" (is \"{near}\" meant?)" : "";
}
