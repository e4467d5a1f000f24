using System.Text;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.State;

/// <summary>A line of STAGE.inputs, taken apart. The format is that of InputsWriter.</summary>
/// <param name="Key">Equal for lines that speak of the same thing.</param>
/// <param name="Subject">The thing, in words.</param>
/// <param name="Mode">Permissions of a file, in octal; empty for all else.</param>
/// <param name="Value">What is said of it; empty where its presence says all.</param>
sealed record StageInput(string Key, string Subject, string Mode, string Value)
{
    /// <summary>The lines of a stage's inputs but the first.</summary>
    public static List<StageInput> ReadAll(string inputs)
    {
        var lines = inputs.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // Another version may have written them.
        var folder = lines.Length > 0 && StageTable.Find(lines[0].Split(' ')[0]) is { Folder.Length: > 0 } row ? $"{row.Folder}/" : "";
        var all = new List<StageInput>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var section = "";
        foreach (var line in lines.Skip(1))
        {
            var words = line.Split(' ');
            if (words is ["tree" or "append" or "templated" or "tests"] or ["file", ..])
                section = words[0] == "file" && words.Length > 1 ? $"file {words[1]}" : words[0];
            var input = words[0] is "" or "script" or "test" && words.Length > 2
                ? ReadEntry(words, section, folder)
                : ReadLine(words);
            // The same thing may be named twice.
            var count = seen[input.Key] = seen.GetValueOrDefault(input.Key) + 1;
            all.Add(count == 1 ? input : input with { Key = $"{input.Key} #{count}" });
        }
        return all;
    }

    // KIND f MODE DIGEST NAME, KIND l TARGET NAME, KIND d NAME, KIND ? TYPE NAME; then NAME=VALUE of extended attributes.
    static StageInput ReadEntry(string[] words, string section, string folder)
    {
        var nameAt = words[1] switch { "f" => 4, "d" => 2, _ => 3 };
        if (nameAt >= words.Length)
            return ReadLine(words);
        var name = Unescape(words[nameAt]);
        var attributes = words.Length > nameAt + 1 ? $" with {string.Join(' ', words[(nameAt + 1)..])}" : "";
        var value = words[1] switch
        {
            "f" => words[3],
            "l" => $"a link to {Unescape(words[2])}",
            "d" => "a directory",
            _ => $"a {words[2]}",
        };
        var isOfItem = section.StartsWith("file ", StringComparison.Ordinal) && words[0].Length == 0;
        return new(
            $"{(words[0].Length == 0 ? section : words[0])} {words[nameAt]}",
            isOfItem ? $"`{name}`, which becomes {Unescape(section[5..])}," : $"`{folder}{name}`",
            words[1] == "f" ? words[2] : "", value + attributes);
    }

    static StageInput ReadLine(string[] words)
    {
        var values = words[1..].Select(Unescape).ToArray();
        return words[0] switch
        {
            "variable" or "computed" or "mount" or "tag" when values.Length > 0 =>
                new($"{words[0]} {values[0]}", $"{words[0]} {values[0]}", "", string.Join(' ', values[1..])),
            "package" or "secret" or "exclude" or "mtimes" => new(string.Join(' ', words), $"{words[0]} {string.Join(' ', values)}", "", ""),
            "file" when values.Length > 1 => new($"{words[0]} {values[0]}", $"mode of {values[0]}", "", values[1]),
            _ => new(words[0], words[0], "", string.Join(' ', values)),
        };
    }

    static string Unescape(string word)
    {
        if (!word.Contains('%', StringComparison.Ordinal))
            return word;
        var bytes = new List<byte>(word.Length);
        for (var at = 0; at < word.Length; at++)
        {
            if (word[at] == '%' && at + 2 < word.Length && byte.TryParse(word.AsSpan(at + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value))
            {
                bytes.Add(value);
                at += 2;
            }
            else
                bytes.AddRange(Encoding.UTF8.GetBytes(word[at].ToString()));
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
