namespace ImageSdk.Building.State;

/// <summary>Says in words how what a stage reads differs from what it read before.</summary>
static class InputsDifference
{
    public static List<InputChange> Find(string before, string after)
    {
        if (before == after)
            return [];
        var (old, @new) = (StageInput.ReadAll(before), StageInput.ReadAll(after));
        var changes = new List<InputChange>();
        if (HeaderOf(before) is { Length: > 0 } left && HeaderOf(after) is { Length: > 0 } right && left != right)
            changes.Add(new("what this version of ImageSdk makes of the stage", left, right));
        var rest = old.ToDictionary(input => input.Key, StringComparer.Ordinal);
        foreach (var input in @new)
        {
            if (!rest.Remove(input.Key, out var was))
            {
                changes.Add(new(input.Subject, null, input.Value));
                continue;
            }
            if (was.Value != input.Value)
                changes.Add(new(input.Subject, was.Value, input.Value));
            if (was.Mode != input.Mode && was.Mode.Length > 0 && input.Mode.Length > 0)
                changes.Add(new($"mode of {input.Subject}", was.Mode, input.Mode));
        }
        changes.AddRange(old.Where(input => rest.ContainsKey(input.Key)).Select(input => new InputChange(input.Subject, input.Value, null)));
        if (changes.Count == 0)
            changes.Add(new("the order of what the stage reads changed", null, null));
        return changes;
    }

    /// <summary>How many lines two inputs have in common: the most similar ones are most likely of one project.</summary>
    public static int Similarity(string one, string other)
    {
        var lines = one.Split('\n').ToHashSet(StringComparer.Ordinal);
        return other.Split('\n').Count(lines.Contains);
    }

    /// <summary>The stage whose inputs these are.</summary>
    public static string StageOf(string inputs) => HeaderOf(inputs).Split(' ')[0];

    public static string HeaderOf(string inputs) => inputs.AsSpan(0, Math.Max(0, inputs.IndexOf('\n', StringComparison.Ordinal))).ToString();
}
