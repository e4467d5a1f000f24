using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Flags;

/// <summary>
/// Flags as the original's programs have them: <c>-name=value</c>, <c>-name value</c> (not for those that are true or
/// false), with one or two dashes, up to the first word that is none or <c>--</c>; and files of <c>name = value</c> lines.
/// </summary>
public sealed class FlagSet
{
    sealed record Flag(string Name, string Kind, string Default, string Help, bool IsSwitch, Action<string> Set);

    readonly SortedDictionary<string, Flag> flags = new(StringComparer.Ordinal);

    /// <param name="name">Without dashes.</param>
    /// <param name="current">The default, in words; empty for none.</param>
    /// <param name="parse">Throws <see cref="FormatException"/> for what is no value.</param>
    public void Add<T>(string name, string kind, string current, string help, Func<string, T> parse, Action<T> set) =>
        flags.Add(name, new(name, kind, current, help, IsSwitch: false, text => set(parse(text))));

    /// <summary>A flag that is on when it is named without a value.</summary>
    public void AddSwitch(string name, bool current, string help, Action<bool> set) =>
        flags.Add(name, new(name, "", current ? "true" : "", help, IsSwitch: true, text => set(FlagValues.Switch(text))));

    public void AddText(string name, string current, string help, Action<string> set) =>
        Add(name, "string", current.Length > 0 ? $"\"{current}\"" : "", help, FlagValues.Text, set);

    public void AddNumber(string name, int current, string help, Action<int> set) => Add(name, "int", $"{current}", help, FlagValues.Number, set);

    /// <summary>A number that is not negative; 0 for what has no default.</summary>
    public void AddCount(string name, int current, string help, Action<int> set) =>
        Add(name, "int", current > 0 ? $"{current}" : "", help, FlagValues.Count, set);

    /// <summary>A flag in bytes.</summary>
    public void AddSize(string name, ulong current, string help, Action<ulong> set) =>
        Add(name, "value", current > 0 ? HumanSize.FormatExact(current) : "", help, FlagValues.Size, set);

    public void AddDuration(string name, TimeSpan current, string help, Action<TimeSpan> set) =>
        Add(name, "duration", HumanDuration.Format(current), help, FlagValues.Duration, set);

    /// <summary>Sets flags from the words of a command line.</summary>
    /// <returns>The words from the first one on that is no flag.</returns>
    /// <exception cref="FlagException">A flag is unknown or its value is none.</exception>
    public IReadOnlyList<string> Parse(IReadOnlyList<string> words)
    {
        for (var index = 0; index < words.Count; index++)
        {
            var word = words[index];
            if (word.Length < 2 || word[0] != '-')
                return [.. words.Skip(index)];
            if (word == "--")
                return [.. words.Skip(index + 1)];
            var body = word[(word[1] == '-' ? 2 : 1)..];
            if (body.Length == 0 || body[0] is '-' or '=')
                throw new FlagException($"bad flag syntax: {word}");
            var (name, value) = body.IndexOf('=') is >= 0 and var equals ? (body[..equals], body[(equals + 1)..]) : (body, null);
            var flag = Find(name);
            if (value is null && !flag.IsSwitch)
                value = ++index < words.Count ? words[index] : throw new FlagException($"flag needs an argument: -{name}");
            Set(flag, value ?? "true");
        }
        return [];
    }

    /// <summary>Sets flags from a file of <c>name = value</c> lines; lines that start with # or ; and empty ones do not count.</summary>
    /// <exception cref="FlagException">A line is none of these; the message has file and line.</exception>
    public void ParseFile(string path)
    {
        var number = 0;
        foreach (var raw in File.ReadLines(path))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
                continue;
            try
            {
                var equals = line.IndexOf('=');
                var name = equals > 0 ? line[..equals].Trim() : throw new FlagException($"expected name=value, found: {line}");
                Set(Find(name), line[(equals + 1)..].Trim());
            }
            catch (FlagException problem)
            {
                throw new FlagException($"{path}:{number}: {problem.Message}");
            }
        }
    }

    /// <exception cref="FlagException">The flag is unknown or the value is none.</exception>
    public void Set(string name, string value) => Set(Find(name), value);

    /// <summary>All flags in order of their names, as programs show them.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        foreach (var flag in flags.Values)
        {
            text.Append($"  -{flag.Name}{(flag.Kind.Length > 0 ? " " + flag.Kind : "")}\n    \t{flag.Help}");
            text.Append(flag.Default.Length > 0 ? $" (default {flag.Default})\n" : "\n");
        }
        return text.ToString();
    }

    Flag Find(string name) => flags.GetValueOrDefault(name) ?? throw new FlagException($"flag provided but not defined: -{name}");

    static void Set(Flag flag, string value)
    {
        try
        {
            flag.Set(value);
        }
        catch (FormatException problem)
        {
            throw new FlagException($"invalid value \"{value}\" for flag -{flag.Name}: {problem.Message}");
        }
    }
}
