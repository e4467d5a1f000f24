namespace ImageSdk.Images.Expressions;

/// <summary>What of the character before a place matters to assertions.</summary>
enum PathContext : byte
{
    Start,
    NewLine,
    Word,
    Other,
}

static class PathContexts
{
    /// <summary>Stands for the character behind the last.</summary>
    public const int End = -1;

    public static PathContext Of(int codePoint) =>
        codePoint == '\n' ? PathContext.NewLine : IsWord(codePoint) ? PathContext.Word : PathContext.Other;

    static bool IsWord(int codePoint) => codePoint is >= 0 and < 128 && (char.IsAsciiLetterOrDigit((char)codePoint) || codePoint == '_');

    /// <summary>Whether an assertion holds between what is before and the next character.</summary>
    public static bool Holds(Assertion assertion, PathContext before, int next) => assertion switch
    {
        Assertion.TextStart => before == PathContext.Start,
        Assertion.TextEnd => next == End,
        Assertion.LineStart => before is PathContext.Start or PathContext.NewLine,
        Assertion.LineEnd => next is End or '\n',
        Assertion.WordBoundary => (before == PathContext.Word) != IsWord(next),
        _ => (before == PathContext.Word) == IsWord(next),
    };
}
