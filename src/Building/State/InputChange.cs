namespace ImageSdk.Building.State;

/// <summary>One thing that a stage reads and that is not what it was.</summary>
/// <param name="Subject">What it is, in words: "`scripts/10-users`", "variable COLOUR".</param>
/// <param name="Before">What it was; null where it is new.</param>
/// <param name="After">What it is; null where it is gone.</param>
public sealed record InputChange(string Subject, string? Before, string? After)
{
    /// <summary>The change as a sentence without an end.</summary>
    public string Text => (Before, After) switch
    {
        (null, null) => Subject,
        (null, _) => After.Length == 0 ? $"{Subject} is new" : $"{Subject} is new: {Short(After)}",
        (_, null) => Before.Length == 0 ? $"{Subject} is gone" : $"{Subject} is gone, it was {Short(Before)}",
        _ => $"{Subject} changed: {Short(Before)} → {Short(After)}",
    };

    // A digest by its first digits: eyes compare no more.
    static string Short(string value) => string.Join(' ', value.Split(' ').Select(word =>
        word.Length == 64 && word.All(char.IsAsciiHexDigitLower) ? $"{word[..12]}…" : word));
}
