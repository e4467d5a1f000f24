using System.Globalization;

namespace ImageSdk.Posix;

/// <summary>What the kernel lets the calling process do, as /proc tells it (proc(5), user_namespaces(7)).</summary>
/// <param name="Capabilities">Effective ones, a bit each.</param>
/// <param name="NoNewPrivileges">Whether set-uid programs have no effect.</param>
/// <param name="HasFilter">Whether a filter of system calls is at work.</param>
/// <param name="FirstId">The user outside who is root inside; 0 outside any namespace.</param>
/// <param name="Ids">How many user ids the process's namespace has.</param>
public sealed record ProcessRights(ulong Capabilities, bool NoNewPrivileges, bool HasFilter, long FirstId, long Ids)
{
    const int Administrator = 21; // CAP_SYS_ADMIN
    const long AllIds = uint.MaxValue;

    public static ProcessRights Current { get; } = Parse(KernelFile.TryRead("/proc/self/status") ?? "", KernelFile.TryRead("/proc/self/uid_map") ?? "");

    public bool IsAdministrator => (Capabilities >> Administrator & 1) != 0;

    /// <summary>Whether root here is not root of the machine: in a container of an ordinary user, or in "unshare --map-root-user".</summary>
    public bool IsInUserNamespace => Ids != AllIds;

    public bool HasFewIds => Ids < SubordinateIds.Needed;

    public static ProcessRights Parse(string status, string map)
    {
        var fields = status.Split('\n').Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1].Trim(), StringComparer.Ordinal);
        _ = ulong.TryParse(fields.GetValueOrDefault("CapEff"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var capabilities);
        var ranges = map.Split('\n').Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length == 3)
            .Select(words => (First: long.Parse(words[1], CultureInfo.InvariantCulture), Count: long.Parse(words[2], CultureInfo.InvariantCulture))).ToList();
        return new(
            capabilities, fields.GetValueOrDefault("NoNewPrivs") == "1", fields.GetValueOrDefault("Seccomp") is "1" or "2",
            ranges.Count == 0 ? 0 : ranges[0].First, ranges.Count == 0 ? AllIds : ranges.Sum(range => range.Count));
    }
}
