using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Images.Expressions;
using ImageSdk.Images.Text;

namespace ImageSdk.Images.Tests.Reference;

/// <summary>An RE2 expression that tests paths in time linear in their length.</summary>
sealed class Expression
{
    const int StackLength = 512;

    readonly Alphabet alphabet;
    readonly Regex regex;

    /// <exception cref="ExpressionException">The text is not an expression of the dialect.</exception>
    public Expression(string text)
    {
        var root = Parser.Parse(text);
        var sets = new List<CodePointSet>();
        CollectSets(root, sets);
        alphabet = new Alphabet(sets);
        var pattern = new StringBuilder();
        Write(root, pattern);
        try
        {
            regex = new Regex(pattern.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException exception)
        {
            // The engine has a limit of its own, about 10,000 nodes, which is below RE2's.
            throw new ExpressionException("expression too large", exception);
        }
    }

    /// <summary>Whether the expression matches anywhere in the path.</summary>
    public bool IsMatch(ReadOnlySpan<byte> path)
    {
        // No code point takes fewer bytes than characters here, as the alphabet maps each to one.
        char[]? rented = null;
        var characters = path.Length <= StackLength
            ? stackalloc char[StackLength]
            : rented = ArrayPool<char>.Shared.Rent(path.Length);
        try
        {
            return regex.IsMatch(characters[..Map(path, characters)]);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<char>.Shared.Return(rented);
        }
    }

    int Map(ReadOnlySpan<byte> path, Span<char> characters)
    {
        if (Ascii.ToUtf16(path, characters, out var count) == OperationStatus.Done)
            return count;
        path = path[count..];
        while (!path.IsEmpty)
        {
            characters[count++] = alphabet.Map(PathText.Decode(path, out var length));
            path = path[length..];
        }
        return count;
    }

    static void CollectSets(Node node, List<CodePointSet> sets)
    {
        switch (node)
        {
            case SetNode(var set):
                sets.Add(set);
                break;
            case RepetitionNode(var body, _, _):
                CollectSets(body, sets);
                break;
            case ConcatenationNode(var parts):
                foreach (var part in parts)
                    CollectSets(part, sets);
                break;
            case AlternationNode(var branches):
                foreach (var branch in branches)
                    CollectSets(branch, sets);
                break;
        }
    }

    void Write(Node node, StringBuilder pattern)
    {
        switch (node)
        {
            case SetNode(var set):
                WriteSet(set, pattern);
                break;
            case AssertionNode(var assertion):
                pattern.Append(assertion switch
                {
                    Assertion.TextStart => @"\A",
                    Assertion.TextEnd => @"\z",
                    Assertion.LineStart => "(?m:^)",
                    Assertion.LineEnd => "(?m:$)",
                    Assertion.WordBoundary => @"\b",
                    _ => @"\B",
                });
                break;
            case RepetitionNode(var body, var minimum, var maximum):
                pattern.Append("(?:");
                Write(body, pattern);
                pattern.Append(maximum < 0 ? $"){{{minimum},}}" : $"){{{minimum},{maximum}}}");
                break;
            case ConcatenationNode(var parts):
                foreach (var part in parts)
                {
                    // An alternation inside would otherwise swallow its neighbours.
                    var grouped = part is AlternationNode;
                    pattern.Append(grouped ? "(?:" : "");
                    Write(part, pattern);
                    pattern.Append(grouped ? ")" : "");
                }
                break;
            case AlternationNode(var branches):
                for (var index = 0; index < branches.Count; index++)
                {
                    pattern.Append(index > 0 ? "|" : "");
                    Write(branches[index], pattern);
                }
                break;
        }
    }

    void WriteSet(CodePointSet set, StringBuilder pattern)
    {
        if (set.Ranges.IsEmpty)
        {
            pattern.Append(@"[^\u0000-\uFFFF]");
            return;
        }
        pattern.Append('[');
        foreach (var (first, last) in set.Ranges)
        {
            if (first < 0x80)
                pattern.Append($"\\u{first:X4}-\\u{Math.Min(last, 0x7F):X4}");
        }
        foreach (var character in alphabet.MapOthers(set))
            pattern.Append($"\\u{(int)character:X4}");
        pattern.Append(']');
    }
}
