using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;

namespace ImageSdk.Building.Settings;

/// <summary>What can be wrong in users and groups without looking at the image.</summary>
static partial class AccountCheck
{
    /// <summary>The last two of 16 bits mean something else.</summary>
    const uint HighestId = 65533;

    static readonly string[] keyTypes =
    [
        "ssh-ed25519", "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ];

    public static void Check(IReadOnlyList<GroupSetting> groups, IReadOnlyList<UserSetting> users)
    {
        foreach (var group in groups)
        {
            RequireName(group, "ImageGroup", group.Name);
            RequireId(group, "ImageGroup", "Gid", group.Gid);
            foreach (var member in group.Members)
                RequireName(group, "Members of ImageGroup", member);
        }
        SettingsCheck.RefuseTwice(groups, "IMG1510", "ImageGroup");
        RefuseSame(groups, group => group.Gid, "Gid");
        foreach (var user in users)
            Check(user);
        SettingsCheck.RefuseTwice(users, "IMG1510", "ImageUser");
        RefuseSame(users, user => user.Uid, "Uid");
    }

    static void Check(UserSetting user)
    {
        RequireName(user, "ImageUser", user.Name);
        RequireId(user, "ImageUser", "Uid", user.Uid);
        foreach (var group in user.Groups.Append(user.Group).Where(group => group.Length > 0))
            RequireName(user, "A group of ImageUser", group);
        foreach (var (metadata, path) in new[] { ("Home", user.Home), ("Shell", user.Shell) })
            if (path.Length > 0 && (!SettingsCheck.IsPath(path) || path.Contains(':', StringComparison.Ordinal)))
                throw SettingsCheck.Fault(user, "IMG1515", $"{metadata} \"{path}\" of ImageUser \"{user.Name}\" can't be used; expected: an absolute path without \":\".");
        if (user.Comment.Any(letter => char.IsControl(letter) || letter == ':'))
            throw SettingsCheck.Fault(user, "IMG1510", $"Comment of ImageUser \"{user.Name}\" has a \":\" or a line break, which /etc/passwd can't hold.");
        // Whatever it is may be a password: it is not repeated.
        if (user.PasswordHash.Length > 0 && !CryptHash().IsMatch(user.PasswordHash))
            throw SettingsCheck.Fault(user, "IMG1512", $"PasswordHash of ImageUser \"{user.Name}\" is no hash of crypt(5); expected: what mkpasswd or \"openssl passwd -6\" prints, beginning with $y$, $6$, $5$ or $2b$. "
                + "A password in plain text must not stand in a project: change it where it was one.");
        foreach (var key in user.AuthorizedKeys)
            if (FindKeyFault(key) is { } fault)
                throw SettingsCheck.Fault(user, "IMG1513", $"A key of ImageUser \"{user.Name}\" can't be used: {fault}; expected: lines of an authorized_keys file, such as those of ~/.ssh/id_ed25519.pub.");
        if (user.AuthorizedKeys.Count > 0 && user is { IsSystem: true, Home: "" })
            throw SettingsCheck.Fault(user, "IMG1513", $"ImageUser \"{user.Name}\" is one of the system's and has no home directory for its keys. Set Home.");
    }

    public static bool IsNameOrNumber(string name) => AccountName().IsMatch(name) || uint.TryParse(name, out var id) && id <= HighestId;

    static string? FindKeyFault(string line)
    {
        if (line.Contains("PRIVATE KEY", StringComparison.Ordinal))
            return "it is a private one, which belongs on no other machine";
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(words, word => keyTypes.Contains(word));
        if (at < 0)
            return "it names no type of key that is known";
        if (at + 1 >= words.Length)
            return "the key itself is missing";
        var bytes = new byte[words[at + 1].Length];
        if (!Convert.TryFromBase64String(words[at + 1], bytes, out var count) || count < 8)
            return "the key itself is cut off or damaged";
        // A key begins with its type (RFC 4253).
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        return length > 0 && length <= count - 4 && Encoding.ASCII.GetString(bytes, 4, length) == words[at] ? null : $"it is of another type than {words[at]}, cut off or damaged";
    }

    static void RequireName(Setting setting, string item, string name)
    {
        if (!AccountName().IsMatch(name))
            throw SettingsCheck.Fault(setting, "IMG1510", $"{item} \"{setting.Name}\": \"{name}\" is no name of an account; expected: small letters, digits, \"-\" and \"_\", at most 32, not beginning with a digit or \"-\".");
    }

    static void RequireId(Setting setting, string item, string metadata, uint? id)
    {
        if (id > HighestId)
            throw SettingsCheck.Fault(setting, "IMG1511", $"{metadata} of {item} \"{setting.Name}\" is {id}; expected: a number up to {HighestId}, which every machine that builds can give away.");
    }

    static void RefuseSame<T>(IReadOnlyList<T> settings, Func<T, uint?> id, string metadata)
        where T : Setting
    {
        if (settings.Where(setting => id(setting) is not null).GroupBy(id).FirstOrDefault(group => group.Count() > 1) is { } same)
            throw SettingsCheck.Fault(same.Last(), "IMG1511", $"\"{same.First().Name}\" and \"{same.Last().Name}\" both have {metadata} {same.Key}. Give each a number of its own.");
    }

    [GeneratedRegex(@"^[a-z_][a-z0-9_-]{0,31}\z")]
    private static partial Regex AccountName();

    // A hash of DES looks like a password in plain text, and MD5 is broken: neither is accepted.
    [GeneratedRegex(@"^(\$(y|gy|7)\$[./A-Za-z0-9]+\$[./A-Za-z0-9]*\$[./A-Za-z0-9]{43}|\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}|\$5\$(rounds=[0-9]+\$)?[^$:\s]{0,16}\$[./A-Za-z0-9]{43}|\$6\$(rounds=[0-9]+\$)?[^$:\s]{0,16}\$[./A-Za-z0-9]{86})\z")]
    private static partial Regex CryptHash();
}
