namespace ImageSdk.Posix;

/// <summary>
/// The ids that a machine lets ordinary users give to files and processes: /etc/subuid and /etc/subgid, lines of NAME:FIRST:COUNT
/// (subuid(5)).
/// </summary>
/// <param name="root">The directory that stands for "/"; empty for that itself.</param>
public sealed class SubordinateIds(string root = "")
{
    /// <summary>Below it are users and groups (the default of login.defs(5)).</summary>
    const long DefaultFirst = 100_000;

    public const long Needed = 65_535;

    /// <summary>What useradd gives.</summary>
    const long Usual = 65_536;

    static readonly (string Kind, string File, string Accounts)[] Kinds = [("uid", "etc/subuid", "etc/passwd"), ("gid", "etc/subgid", "etc/group")];

    sealed record Range(string Owner, long First, long Count)
    {
        public long Last => First + Count - 1;
    }

    /// <summary>What a user lacks; null where nothing.</summary>
    public Shortage? FindShortage(string user, uint id)
    {
        var names = new[] { user, id.ToString() };
        // unshare takes the first line that is the user's.
        var own = Kinds.Select(kind => (kind.Kind, kind.File, Range: Read(kind.File).FirstOrDefault(range => names.Contains(range.Owner)))).ToList();
        var lacking = own.Where(kind => kind.Range is null || kind.Range.Count < Needed).ToList();
        if (lacking.Count == 0)
            return null;
        var first = FindFree();
        var options = lacking.SelectMany(kind => new[]
        {
            kind.Range is { } small ? $"--del-sub{kind.Kind}s {small.First}-{small.Last}" : null, $"--add-sub{kind.Kind}s {first}-{first + Usual - 1}",
        }).OfType<string>();
        // usermod insists that they exist.
        var absent = lacking.Select(kind => $"/{kind.File}").Where(file => !File.Exists(root + file)).ToList();
        var make = absent.Count == 0 ? "" : $"touch {string.Join(' ', absent)} && ";
        return new(
            string.Join(" and ", lacking.Select(kind => $"/{kind.File}")), lacking.Max(kind => kind.Range?.Count ?? 0),
            $"{make}usermod {string.Join(' ', options)} {user}");
    }

    /// <summary>The first of a range that no user, group or range of either kind has.</summary>
    long FindFree()
    {
        var first = Setting("SUB_UID_MIN", DefaultFirst);
        var taken = Kinds.SelectMany(kind => Read(kind.File)).Concat(Kinds.SelectMany(kind => Accounts(kind.Accounts)))
            .Where(range => range.Count > 0 && range.Last >= first).OrderBy(range => range.First);
        foreach (var range in taken)
            if (range.First > first + Usual - 1)
                break;
            else
                first = Math.Max(first, range.Last + 1);
        return first;
    }

    IEnumerable<Range> Read(string file) => Lines(file).Select(line => line.Split(':'))
        .Where(fields => fields.Length == 3 && long.TryParse(fields[1], out _) && long.TryParse(fields[2], out _))
        .Select(fields => new Range(fields[0], long.Parse(fields[1]), long.Parse(fields[2])));

    IEnumerable<Range> Accounts(string file) => Lines(file).Select(line => line.Split(':'))
        .Where(fields => fields.Length > 2 && long.TryParse(fields[2], out _)).Select(fields => new Range(fields[0], long.Parse(fields[2]), 1));

    long Setting(string name, long usual) => Lines("etc/login.defs").Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length > 1 && words[0] == name && long.TryParse(words[1], out _)).Select(words => long.Parse(words[1])).LastOrDefault(usual);

    IEnumerable<string> Lines(string file)
    {
        try
        {
            return File.ReadAllLines($"{root}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>Too few subordinate ids.</summary>
/// <param name="Files">The files that lack them.</param>
/// <param name="Count">How many the user has; 0 for none.</param>
/// <param name="Command">Gives the user enough that are free.</param>
public sealed record Shortage(string Files, long Count, string Command);
