using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ImageSdk.Sandbox.Network;

/// <summary>The proxies that a machine's apt is configured to use (apt.conf(5): Acquire::http::Proxy and its kin).</summary>
sealed partial class AptProxies
{
    /// <summary>What apt and its detection programs say for "without a proxy".</summary>
    const string Direct = "DIRECT";

    static readonly TimeSpan DetectionPatience = TimeSpan.FromSeconds(10);

    readonly Dictionary<(string Scheme, string Host), string> proxies = [];
    readonly Dictionary<string, string> detectors = [];
    readonly Dictionary<string, string?> detected = [];

    /// <param name="lines">As <c>apt-config dump</c> prints them; those that are about other things do not count.</param>
    public AptProxies(IEnumerable<string> lines)
    {
        foreach (var match in lines.Select(line => Setting().Match(line)).Where(match => match.Success))
        {
            var (scheme, host, value) = (match.Groups["scheme"].Value.ToLowerInvariant(), match.Groups["host"].Value, match.Groups["value"].Value);
            if (value.Length == 0)
                continue;
            if (match.Groups["detect"].Success)
                detectors[scheme] = value;
            else
                proxies[(scheme, host.ToLowerInvariant())] = value;
        }
    }

    /// <summary>The machine's own. Nothing is started where no file of apt's configuration has the word in it.</summary>
    public static AptProxies OfMachine() => new(MentionsProxies() ? Dump() : []);

    public bool IsEmpty => proxies.Count + detectors.Count == 0;

    /// <summary>All addresses of proxies that are known.</summary>
    public IEnumerable<string> Addresses => proxies.Values.Concat(detected.Values.OfType<string>()).Where(value => !IsDirect(value));

    /// <summary>Hosts that are reached without a proxy.</summary>
    public IEnumerable<string> DirectHosts => proxies.Where(proxy => proxy.Key.Host.Length > 0 && IsDirect(proxy.Value)).Select(proxy => proxy.Key.Host).Distinct();

    /// <summary>The settings in apt's form, for an apt that does not read the machine's.</summary>
    /// <param name="withDetectors">Whether programs of the machine can be run there; else what they say of Debian's mirror stands for all.</param>
    public IEnumerable<string> Lines(bool withDetectors)
    {
        foreach (var ((scheme, host), value) in proxies)
            yield return $"Acquire::{scheme}::Proxy{(host.Length > 0 ? "::" + host : "")} \"{value}\";";
        foreach (var (scheme, program) in detectors)
            if (withDetectors)
                yield return $"Acquire::{scheme}::Proxy-Auto-Detect \"{program}\";";
            else if (!proxies.ContainsKey((scheme, "")) && General(scheme) is { } value)
                yield return $"Acquire::{scheme}::Proxy \"{value}\";";
    }

    /// <summary>The proxy for hosts that have none of their own; null for none.</summary>
    public string? General(string scheme) => Find(new Uri($"{scheme}://deb.debian.org/"));

    /// <returns>Null where nothing is said of it; "DIRECT" where there is to be none.</returns>
    public string? Find(Uri address)
    {
        foreach (var scheme in address.Scheme == "https" ? new[] { "https", "http" } : [address.Scheme])
        {
            if (proxies.TryGetValue((scheme, address.IdnHost.ToLowerInvariant()), out var own))
                return own;
            if (detectors.TryGetValue(scheme, out var program) && Detect(program, address) is { } found)
                return found;
            if (proxies.TryGetValue((scheme, ""), out var general))
                return general;
        }
        return null;
    }

    public static bool IsDirect(string value) => value is Direct or "false";

    string? Detect(string program, Uri address)
    {
        lock (detected)
        {
            var question = $"{address.Scheme}://{address.Authority}/";
            if (!detected.TryGetValue(question, out var answer))
                detected[question] = answer = Ask(program, question);
            return answer;
        }
    }

    static string? Ask(string program, string question)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, [question]) { RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true })!;
            process.StandardInput.Close();
            process.BeginErrorReadLine();
            using var patience = new Timer(_ => Posix.Processes.Kill(process.Id), null, DetectionPatience, Timeout.InfiniteTimeSpan);
            var answer = process.StandardOutput.ReadLine()?.Trim();
            process.WaitForExit();
            return process.ExitCode == 0 && answer is { Length: > 0 } ? answer : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    static bool MentionsProxies()
    {
        try
        {
            var parts = Directory.Exists("/etc/apt/apt.conf.d") ? Directory.EnumerateFiles("/etc/apt/apt.conf.d") : [];
            return parts.Append("/etc/apt/apt.conf").Where(File.Exists).Any(file => File.ReadAllText(file).Contains("proxy", StringComparison.OrdinalIgnoreCase));
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }

    static List<string> Dump()
    {
        var lines = new List<string>();
        try
        {
            using var process = Process.Start(new ProcessStartInfo("apt-config", ["dump"]) { RedirectStandardOutput = true })!;
            while (process.StandardOutput.ReadLine() is { } line)
                lines.Add(line);
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // A machine without apt has no proxies of apt's.
        }
        return lines;
    }

    [GeneratedRegex("^Acquire::(?<scheme>https?|ftp)::Proxy(?<detect>-?Auto-?Detect)?(::(?<host>[^ :]+))? \"(?<value>.*)\";$", RegexOptions.IgnoreCase)]
    private static partial Regex Setting();
}
