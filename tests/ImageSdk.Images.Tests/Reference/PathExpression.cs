using System.Text;
using ImageSdk.Images.Expressions;

namespace ImageSdk.Images.Tests.Reference;

/// <summary>
/// The engine that filters had first, a line at a time by the platform's engine; what the automaton is compared with.
/// One line of a filter or a trigger: a regular expression anchored at the start of the path, or one of the simple
/// forms that the original takes for such. Some of those match a little more or less than the expression would.
/// </summary>
abstract class PathExpression
{
    public abstract bool IsMatch(ReadOnlySpan<byte> path);

    /// <summary>False where every path has to go through the regular expression.</summary>
    public virtual bool IsOptimised => true;

    /// <summary>What every path that matches starts with; empty where that is not known.</summary>
    public abstract ReadOnlySpan<byte> Start { get; }

    /// <exception cref="ExpressionException">The text is empty or not an expression of the dialect.</exception>
    public static PathExpression Compile(string line)
    {
        if (line.Length == 0)
            throw new ExpressionException("empty expression");
        var text = Encoding.UTF8.GetBytes(line);
        if (FindContained(text) is { } contained)
            return new Contains(contained);
        var plain = new List<byte>();
        for (var index = 0; index < text.Length; index++)
        {
            if (TryReadPlain(text, ref index, plain))
                continue;
            var rest = text.AsSpan(index);
            if (rest.SequenceEqual("$"u8))
                return new Exact(plain.ToArray());
            if (rest.SequenceEqual(".*"u8))
                return new Prefix(plain.ToArray());
            if (plain.Count > 1 && rest.StartsWith(".*"u8))
                return new PrefixThenExpression(plain.ToArray(), new Expression("^" + Encoding.UTF8.GetString(rest)));
            if (plain.Count > 0 && rest.SequenceEqual("(|/.*)$"u8))
                return new Tree(plain.ToArray());
            // The caret binds to the first branch only: a top-level "a|b" finds "b" anywhere, as in the original.
            return new Unoptimised(new Expression("^" + line), HasBranches(text) ? [] : WithoutRepeated(plain, rest));
        }
        return new Prefix(plain.ToArray());
    }

    /// <summary>Takes a plain character or a class of one, and leaves the index on its last byte.</summary>
    static bool TryReadPlain(ReadOnlySpan<byte> text, ref int index, List<byte> plain)
    {
        var character = text[index];
        if (char.IsAsciiLetterOrDigit((char)character) || character is (byte)'-' or (byte)'/' or (byte)'_')
        {
            plain.Add(character);
            return true;
        }
        if (character == '[' && index + 2 < text.Length && text[index + 2] == ']' && text[index + 1] != '^')
        {
            plain.Add(text[index + 1]);
            index += 2;
            return true;
        }
        return false;
    }

    /// <summary>Whether there is a "|" outside of all brackets.</summary>
    static bool HasBranches(ReadOnlySpan<byte> text)
    {
        var depth = 0;
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case (byte)'\\':
                    // A quoted part "\Q...\E" may hold anything: better to take it for branches than to look into it.
                    if (index + 1 < text.Length && text[index + 1] == 'Q')
                        return true;
                    index++;
                    break;
                case (byte)'[':
                    // "]" is an ordinary character at the start of a class; named classes in it have brackets of their own.
                    index++;
                    if (index < text.Length && text[index] == '^')
                        index++;
                    for (index++; index < text.Length && text[index] != ']'; index++)
                        if (text[index] == '\\' || text[index] == '[')
                            return true;
                    break;
                case (byte)'(':
                    depth++;
                    break;
                case (byte)')':
                    depth--;
                    break;
                case (byte)'|' when depth == 0:
                    return true;
            }
        }
        return false;
    }

    /// <summary>A quantifier that follows makes the last character optional, also where flags ("(?i)") stand between them.</summary>
    static byte[] WithoutRepeated(List<byte> plain, ReadOnlySpan<byte> rest) =>
        plain.Count > 0 && (rest[0] is (byte)'*' or (byte)'?' or (byte)'{' or (byte)'+' || rest.StartsWith("(?"u8)) ? [.. plain[..^1]] : [.. plain];

    static byte[]? FindContained(ReadOnlySpan<byte> text)
    {
        if (text.Length < 7 || !text.EndsWith(".*"u8))
            return null;
        var start = text.StartsWith("/.*"u8) ? 3 : text.StartsWith(".*/"u8) ? 2 : -1;
        if (start < 0)
            return null;
        var body = text[..^2];
        var plain = new List<byte>();
        for (var index = start; index < body.Length; index++)
        {
            if (!TryReadPlain(text, ref index, plain))
                return null;
        }
        return plain.Count > 0 ? plain.ToArray() : null;
    }

    sealed class Contains(byte[] part) : PathExpression
    {
        public override ReadOnlySpan<byte> Start => "/"u8;

        public override bool IsMatch(ReadOnlySpan<byte> path) => path.StartsWith((byte)'/') && path.IndexOf(part) >= 0;
    }

    sealed class Exact(byte[] whole) : PathExpression
    {
        public override ReadOnlySpan<byte> Start => whole;

        public override bool IsMatch(ReadOnlySpan<byte> path) => path.SequenceEqual(whole);
    }

    sealed class Prefix(byte[] start) : PathExpression
    {
        public override ReadOnlySpan<byte> Start => start;

        public override bool IsMatch(ReadOnlySpan<byte> path) => path.StartsWith(start);
    }

    sealed class PrefixThenExpression(byte[] start, Expression rest) : PathExpression
    {
        public override ReadOnlySpan<byte> Start => start;

        public override bool IsMatch(ReadOnlySpan<byte> path) => path.StartsWith(start) && rest.IsMatch(path[start.Length..]);
    }

    sealed class Tree(byte[] top) : PathExpression
    {
        public override ReadOnlySpan<byte> Start => top;

        public override bool IsMatch(ReadOnlySpan<byte> path) =>
            path.StartsWith(top) && (path.Length == top.Length || path[top.Length] == '/');
    }

    sealed class Unoptimised(Expression expression, byte[] start) : PathExpression
    {
        public override ReadOnlySpan<byte> Start => start;

        public override bool IsOptimised => false;

        public override bool IsMatch(ReadOnlySpan<byte> path) => expression.IsMatch(path);
    }
}
