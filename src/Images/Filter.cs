using System.Diagnostics.CodeAnalysis;
using ImageSdk.Images.Expressions;

namespace ImageSdk.Images;

/// <summary>
/// A list of path expressions. A path matches if one of them does; a line "!" anywhere turns the answer round.
/// Expressions are RE2, anchored at the start only.
/// </summary>
public sealed class Filter
{
    const string Inversion = "!";

    readonly IReadOnlyList<int>? sourceLines;
    readonly Lazy<PathExpression?[]> expressions;
    readonly bool inverted;

    /// <summary>Takes the lines as they are. Nothing is compiled before it is needed.</summary>
    public Filter(IReadOnlyList<string> lines) : this(lines, null)
    {
    }

    Filter(IReadOnlyList<string> lines, IReadOnlyList<int>? sourceLines)
    {
        Lines = lines;
        this.sourceLines = sourceLines;
        inverted = lines.Contains(Inversion);
        expressions = new(Compile, LazyThreadSafetyMode.PublicationOnly);
    }

    public IReadOnlyList<string> Lines { get; }

    /// <summary>Reads a filter file: one expression a line; empty lines and lines that start with "#" do not count.</summary>
    public static Filter Parse(string text)
    {
        var lines = new List<string>();
        var numbers = new List<int>();
        foreach (var (number, line) in TextLines.Read(text))
        {
            lines.Add(line);
            numbers.Add(number);
        }
        return new(lines, numbers);
    }

    /// <summary>A filter of the lines that are not empty.</summary>
    public static Filter FromLines(IEnumerable<string> lines) => new(lines.Where(line => line.Length > 0).ToArray());

    /// <summary>
    /// The union of the lines, sorted bytewise. Null (sparse) filters are passed over; null if there is no other.
    /// </summary>
    public static Filter? Merge(params IEnumerable<Filter?> filters)
    {
        var present = filters.OfType<Filter>().ToArray();
        return present.Length == 0
            ? null
            : new(present.SelectMany(filter => filter.Lines).Distinct().Order(Utf8Order.Instance).ToArray());
    }

    /// <summary>Compiles all lines.</summary>
    /// <exception cref="FilterException">The first line that is not an expression.</exception>
    public void Validate() => _ = expressions.Value;

    /// <summary>Compiles all lines and hands out what is wrong with the first bad one.</summary>
    public bool IsValid([NotNullWhen(false)] out FilterException? error)
    {
        try
        {
            Validate();
            error = null;
            return true;
        }
        catch (FilterException exception)
        {
            error = exception;
            return false;
        }
    }

    /// <summary>Tests a path that starts at the root ("/etc/passwd"). Safe to call from many threads.</summary>
    /// <exception cref="FilterException">A line is not an expression.</exception>
    public bool Matches(ReadOnlySpan<byte> path)
    {
        foreach (var expression in expressions.Value)
        {
            if (expression is not null && expression.IsMatch(path))
                return !inverted;
        }
        return inverted;
    }

    /// <inheritdoc cref="Matches(ReadOnlySpan{byte})"/>
    public bool Matches(ByteString path) => Matches(path.Span);

    /// <summary>False where no path below a directory can match, so that nobody needs to look there.</summary>
    /// <param name="directory">"/var/lib"; empty for the root.</param>
    public bool MayMatchBelow(ReadOnlySpan<byte> directory)
    {
        if (inverted)
            return true;
        foreach (var expression in expressions.Value)
        {
            if (expression is null)
                continue;
            var start = expression.Start;
            if (start.Length <= directory.Length
                ? directory.StartsWith(start)
                : start.StartsWith(directory) && start[directory.Length] == '/')
                return true;
        }
        return false;
    }

    /// <summary>The lines that need the regular expression engine for every path.</summary>
    public IReadOnlyList<string> ListUnoptimised() =>
        Lines.Where((_, index) => expressions.Value[index] is { IsOptimised: false }).ToArray();

    /// <summary>Whether both have as many lines and this one's are all among the other's.</summary>
    public bool HasSameLines(Filter other) =>
        Lines.Count == other.Lines.Count && other.Lines.ToHashSet().IsSupersetOf(Lines);

    PathExpression?[] Compile()
    {
        var compiled = new PathExpression?[Lines.Count];
        for (var index = 0; index < compiled.Length; index++)
        {
            if (Lines[index] == Inversion)
                continue;
            try
            {
                compiled[index] = PathExpression.Compile(Lines[index]);
            }
            catch (ExpressionException exception)
            {
                throw new FilterException(sourceLines?[index] ?? index + 1, Lines[index], exception.Message);
            }
        }
        return compiled;
    }
}
