using System.Collections.Concurrent;

namespace ImageSdk.Images.Expressions;

/// <summary>Where all ways through a program are after some of a path.</summary>
sealed class AutomatonState
{
    const int AsciiCount = 128;

    AutomatonState?[]? ascii;
    ConcurrentDictionary<int, AutomatonState>? others;

    /// <param name="core">Words that take a code point, or assertions that wait for the next one; ascending.</param>
    public AutomatonState(int[] core, PathContext before, PathProgram program)
    {
        (Core, Before) = (core, before);
        foreach (var place in core)
            switch (PathProgram.OperationOf(program.Code[place]))
            {
                case PathOperation.Assert:
                    HasAssertions = CanGoOn = true;
                    break;
                case PathOperation.MatchAtEnd:
                    break;
                default:
                    CanGoOn = true;
                    break;
            }
        if (core is [var only] && PathProgram.OperationOf(program.Code[only]) is PathOperation.Literal or PathOperation.Dispatch or PathOperation.MatchAtEnd)
            Plain = only;
    }

    AutomatonState() => (Core, IsMatch) = ([], true);

    /// <summary>Some line matches already.</summary>
    public static AutomatonState Match { get; } = new();

    public int[] Core { get; }

    /// <summary>Told apart only where an assertion waits.</summary>
    public PathContext Before { get; }

    public bool IsMatch { get; }

    public bool IsDead => Core.Length == 0 && !IsMatch;

    public bool HasAssertions { get; }

    /// <summary>Whether a longer path may match.</summary>
    public bool CanGoOn { get; }

    /// <summary>The only word, where that is deterministic; negative otherwise.</summary>
    public int Plain { get; } = -1;

    /// <summary>Whether the path matches if it ends here; null where that is not known yet.</summary>
    public bool? MatchesAtEnd { get; set; }

    /// <summary>The state behind a code point; null where that is not known yet.</summary>
    public AutomatonState? Next(int codePoint) => codePoint < AsciiCount
        ? Volatile.Read(ref ascii) is { } table ? Volatile.Read(ref table[codePoint]) : null
        : Volatile.Read(ref others)?.GetValueOrDefault(codePoint);

    /// <summary>Called by one thread at a time.</summary>
    /// <returns>Bytes that the answer takes.</returns>
    public int SetNext(int codePoint, AutomatonState next)
    {
        var bytes = 0;
        if (codePoint < AsciiCount)
        {
            if (ascii is null)
            {
                bytes = AsciiCount * IntPtr.Size;
                Volatile.Write(ref ascii, new AutomatonState?[AsciiCount]);
            }
            Volatile.Write(ref ascii![codePoint], next);
            return bytes;
        }
        if (others is null)
            Volatile.Write(ref others, new());
        others![codePoint] = next;
        return 100;
    }
}
