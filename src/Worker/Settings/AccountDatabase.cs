using System.Globalization;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Worker.Settings;

/// <summary>
/// The files of a root that say which users and groups there are: passwd(5), group(5), shadow(5), gshadow(5). Written directly, as systemd-sysusers
/// and useradd do: no program of the image is needed, and no day of the build gets into it.
/// </summary>
sealed class AccountDatabase
{
    const uint SecretMode = 0x1A0; // 0640

    readonly RootText root;
    readonly List<string[]> users, groups, shadow, groupShadow;
    readonly Dictionary<string, long> limits;
    readonly bool hasGroupShadow;

    public AccountDatabase(RootText root)
    {
        this.root = root;
        (users, groups, shadow, groupShadow) = (Read("etc/passwd", 7), Read("etc/group", 4), Read("etc/shadow", 9), Read("etc/gshadow", 4));
        hasGroupShadow = root.Exists("etc/gshadow");
        limits = root.ReadLines("etc/login.defs").Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 2 && TryParse(words[1], out _)).DistinctBy(words => words[0]).ToDictionary(words => words[0], words => TryParse(words[1], out var value) ? value : 0);
    }

    /// <summary>Fields of a user's line of passwd; null where there is no such user.</summary>
    public string[]? FindUser(string name) => users.Find(fields => fields[0] == name);

    public string[]? FindGroup(string name) => groups.Find(fields => fields[0] == name);

    public IReadOnlyList<string> UserNames => [.. users.Select(fields => fields[0])];

    public IReadOnlyList<string> GroupNames => [.. groups.Select(fields => fields[0])];

    public string? UserOf(uint uid) => users.Find(fields => fields[2] == Text(uid))?[0];

    public string? GroupOf(uint gid) => groups.Find(fields => fields[2] == Text(gid))?[0];

    /// <summary>A limit of /etc/login.defs.</summary>
    public long Limit(string name, long unset) => limits.GetValueOrDefault(name, unset);

    /// <summary>The next number that neither a user nor a group has.</summary>
    public uint FreeId(bool isSystem)
    {
        // Upwards: a user that is added later changes no number of an earlier one. Those of systemd-sysusers and useradd come from above.
        var (first, last) = isSystem ? (Limit("SYS_UID_MIN", 100), Limit("SYS_UID_MAX", 999)) : (Limit("UID_MIN", 1000), Limit("UID_MAX", 60000));
        var taken = users.Concat(groups).Select(fields => fields[2]).ToHashSet(StringComparer.Ordinal);
        for (var id = first; id <= last; id++)
            if (!taken.Contains(id.ToString(CultureInfo.InvariantCulture)))
                return (uint)id;
        throw new IOException($"every number from {first} to {last} is taken");
    }

    public void AddGroup(string name, uint gid)
    {
        groups.Add([name, "x", Text(gid), ""]);
        if (hasGroupShadow)
            groupShadow.Add([name, "!", "", ""]);
    }

    public void AddMember(string group, string user)
    {
        foreach (var fields in groups.Where(fields => fields[0] == group).Concat(groupShadow.Where(fields => fields[0] == group)))
            if (!fields[3].Split(',').Contains(user))
                fields[3] = fields[3].Length == 0 ? user : $"{fields[3]},{user}";
    }

    public string[] AddUser(string name, uint uid, uint gid, string home, string shell)
    {
        string[] fields = [name, "x", Text(uid), Text(gid), "", home, shell];
        users.Add(fields);
        return fields;
    }

    /// <summary>Sets a user's password field; made where it is missing.</summary>
    /// <param name="change">From the field as it is: empty for none.</param>
    /// <param name="expires">Whether the account is closed altogether.</param>
    public void SetPassword(string name, Func<string, string> change, bool expires = false)
    {
        var fields = shadow.Find(line => line[0] == name);
        if (fields is null)
            shadow.Add(fields = [name, "", "", "0", "99999", "7", "", "", ""]);
        fields[1] = change(fields[1]);
        if (expires)
            fields[7] = "1";
        FindUser(name)![1] = "x";
    }

    public bool HasPassword(string name) => shadow.Exists(line => line[0] == name);

    /// <summary>Gives a user ids for namespaces of its own, as useradd does where these files are (subuid(5)).</summary>
    public void AddSubordinateIds(string name)
    {
        foreach (var (path, what) in new[] { ("etc/subuid", "SUB_UID"), ("etc/subgid", "SUB_GID") })
        {
            if (!root.Exists(path))
                continue;
            var lines = root.ReadLines(path).ToList();
            if (lines.Exists(line => line.StartsWith(name + ":", StringComparison.Ordinal)))
                continue;
            var first = lines.Select(line => line.Split(':')).Where(fields => fields.Length == 3 && long.TryParse(fields[1], out _) && long.TryParse(fields[2], out _))
                .Select(fields => long.Parse(fields[1], CultureInfo.InvariantCulture) + long.Parse(fields[2], CultureInfo.InvariantCulture))
                .Append(Limit(what + "_MIN", 100_000)).Max();
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{name}:{first}:{Limit(what + "_COUNT", 65_536)}"));
            root.WriteLines(path, lines);
        }
    }

    public void Save()
    {
        Write("etc/group", groups);
        Write("etc/passwd", users);
        var owner = FindGroup("shadow") is { } group && uint.TryParse(group[2], out var gid) ? gid : 0;
        WriteSecret("etc/shadow", shadow, owner);
        if (hasGroupShadow)
            WriteSecret("etc/gshadow", groupShadow, owner);
    }

    void WriteSecret(string path, List<string[]> lines, uint gid)
    {
        var isNew = !root.Exists(path);
        Write(path, lines, SecretMode);
        if (isNew && lines.Count > 0)
            root.SetOwner(path, 0, gid, SecretMode);
    }

    void Write(string path, List<string[]> lines, uint mode = Permissions.File)
    {
        if (lines.Count > 0)
            root.WriteLines(path, lines.Select(fields => string.Join(':', fields)), mode);
    }

    List<string[]> Read(string path, int fields) => [.. root.ReadLines(path).Where(line => line.Length > 0).Select(line => Pad(line.Split(':'), fields))];

    static string[] Pad(string[] found, int fields) => found.Length >= fields ? found : [.. found, .. Enumerable.Repeat("", fields - found.Length)];

    // Masks are octal there.
    static bool TryParse(string text, out long value)
    {
        value = 0;
        if (text is ['0', _, ..] && text.All(digit => digit is >= '0' and <= '7'))
        {
            value = Convert.ToInt64(text, 8);
            return true;
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    static string Text(uint id) => id.ToString(CultureInfo.InvariantCulture);
}
