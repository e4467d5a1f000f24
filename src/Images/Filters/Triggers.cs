using System.Text;
using System.Text.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Images;

/// <summary>The services to restart when files change on a live machine.</summary>
public sealed record Triggers(IReadOnlyList<Trigger> List)
{
    const string Indent = "    ";

    static readonly string[] MemberNames = ["MatchLines", "Service", "SortName", "DoReboot", "DoReload", "HighImpact"];

    /// <summary>Reads a JSON list of triggers, with comment lines.</summary>
    /// <param name="misnamed">Told of members with names that are not known but near to one that is.</param>
    /// <exception cref="JsonException">The text is not JSON, or a member has the wrong type.</exception>
    public static Triggers Parse(string json, Action<MisnamedMember>? misnamed = null)
    {
        var triggers = new List<Trigger>();
        foreach (var element in CommentedJson.Parse(json).ReadList("the list of triggers"))
        {
            var members = element.ReadMembers("a trigger", MemberNames, misnamed);
            triggers.Add(new Trigger
            {
                MatchLines = members.GetValueOrDefault("MatchLines")?.ReadTexts("MatchLines") ?? [],
                Service = Text("Service"),
                SortName = Text("SortName"),
                DoReboot = Flag("DoReboot"),
                DoReload = Flag("DoReload"),
                HighImpact = Flag("HighImpact"),
            });

            string Text(string name) => members.GetValueOrDefault(name)?.ReadText(name) ?? "";
            bool Flag(string name) => members.GetValueOrDefault(name)?.ReadFlag(name) ?? false;
        }
        return new(triggers);
    }

    /// <summary>
    /// Writes the JSON list as the original prints it: four blanks a level, members that are false or empty left out
    /// (but for MatchLines and Service), a new-line at the end.
    /// </summary>
    public string ToJson()
    {
        if (List.Count == 0)
            return "[]\n";
        var json = new StringBuilder("[\n");
        for (var index = 0; index < List.Count; index++)
        {
            WriteTrigger(List[index], json);
            json.Append(index + 1 < List.Count ? ",\n" : "\n");
        }
        return json.Append("]\n").ToString();
    }

    static void WriteTrigger(Trigger trigger, StringBuilder json)
    {
        json.Append(Indent).Append("{\n").Append(Indent).Append(Indent).Append("\"MatchLines\": [");
        for (var index = 0; index < trigger.MatchLines.Count; index++)
        {
            json.Append(index == 0 ? "\n" : ",\n").Append(Indent).Append(Indent).Append(Indent)
                .AppendQuoted(trigger.MatchLines[index]);
        }
        if (trigger.MatchLines.Count > 0)
            json.Append('\n').Append(Indent).Append(Indent);
        json.Append("],\n").Append(Indent).Append(Indent).Append("\"Service\": ").AppendQuoted(trigger.Service);
        if (trigger.SortName.Length > 0)
            json.Append(",\n").Append(Indent).Append(Indent).Append("\"SortName\": ").AppendQuoted(trigger.SortName);
        WriteFlag("DoReboot", trigger.DoReboot);
        WriteFlag("DoReload", trigger.DoReload);
        WriteFlag("HighImpact", trigger.HighImpact);
        json.Append('\n').Append(Indent).Append('}');

        void WriteFlag(string name, bool flag)
        {
            if (flag)
                json.Append(",\n").Append(Indent).Append(Indent).Append($"\"{name}\": true");
        }
    }

    /// <summary>
    /// Unites triggers of the same service and the same DoReload: match lines united and sorted, flags or-ed, the last
    /// SortName that is not empty kept. Null lists are ignored; null if nothing is left.
    /// </summary>
    public static Triggers? Merge(params IEnumerable<Triggers?> all)
    {
        var merged = all.OfType<Triggers>().SelectMany(triggers => triggers.List)
            .GroupBy(trigger => (trigger.Service, trigger.DoReload))
            .Select(group => new Trigger
            {
                MatchLines = group.SelectMany(trigger => trigger.MatchLines).Distinct().Order(Utf8Order.Instance).ToArray(),
                Service = group.Key.Service,
                SortName = group.LastOrDefault(trigger => trigger.SortName.Length > 0)?.SortName ?? "",
                DoReboot = group.Any(trigger => trigger.DoReboot),
                DoReload = group.Key.DoReload,
                HighImpact = group.Any(trigger => trigger.HighImpact),
            })
            .OrderBy(trigger => trigger.Service, Utf8Order.Instance).ThenByDescending(trigger => trigger.DoReload)
            .ToArray();
        return merged.Length == 0 ? null : new(merged);
    }

    /// <summary>Compiles all match lines.</summary>
    /// <exception cref="FilterException">The first line that is not an expression; its number counts within its trigger.</exception>
    public void Validate()
    {
        foreach (var trigger in List)
            trigger.CompileLines();
    }

    /// <summary>The triggers that one of the paths pulls, in version order of SortName (list order where those are equal).</summary>
    /// <exception cref="FilterException">A match line is not an expression.</exception>
    public IReadOnlyList<Trigger> Match(IEnumerable<ByteString> paths)
    {
        var waiting = List.Select((trigger, index) => (Index: index, Lines: trigger.CompileLines())).ToList();
        var pulled = new List<int>();
        foreach (var path in paths)
        {
            if (waiting.Count == 0)
                break;
            waiting.RemoveAll(candidate =>
            {
                if (!candidate.Lines.Matches(path))
                    return false;
                pulled.Add(candidate.Index);
                return true;
            });
        }
        return pulled.Order().Select(index => List[index])
            .OrderBy(trigger => trigger.SortName, VersionOrder.Instance).ToArray();
    }
}
