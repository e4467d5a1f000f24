using System.Diagnostics.CodeAnalysis;
using ImageSdk.Images.Expressions;
using ImageSdk.Images.Text;

namespace ImageSdk.Images;

/// <summary>
/// A list of path expressions. A path matches if one of them does; a line "!" anywhere turns the answer round.
/// Expressions are RE2, anchored at the start only.
/// </summary>
public sealed class Filter
{
    const string Inversion = "!";

    readonly IReadOnlyList<int>? sourceLines;
    readonly bool invertible;
    readonly bool inverted;
    PathAutomaton? automaton;

    /// <summary>Takes the lines as they are. Nothing is compiled before it is needed.</summary>
    public Filter(IReadOnlyList<string> lines) : this(lines, null)
    {
    }

    /// <param name="invertible">Whether a line "!" is no expression but turns the answer round.</param>
    internal Filter(IReadOnlyList<string> lines, bool invertible) : this(lines, null, invertible)
    {
    }

    Filter(IReadOnlyList<string> lines, IReadOnlyList<int>? sourceLines, bool invertible = true)
    {
        Lines = lines;
        this.sourceLines = sourceLines;
        inverted = invertible && lines.Contains(Inversion);
        this.invertible = invertible;
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
    /// The union of the lines, sorted bytewise. Null (sparse) filters are ignored; null if there is no other.
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
    public void Validate(CancellationToken cancellation = default) => automaton ??= Compile(cancellation);

    /// <summary>Compiles all lines and hands out what is wrong with the first bad one.</summary>
    public bool IsValid([NotNullWhen(false)] out FilterException? error, CancellationToken cancellation = default)
    {
        try
        {
            Validate(cancellation);
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
    public bool Matches(ReadOnlySpan<byte> path) => Automaton.IsMatch(path) != inverted;

    /// <inheritdoc cref="Matches(ReadOnlySpan{byte})"/>
    public bool Matches(ByteString path) => Matches(path.Span);

    /// <summary>False where no path below a directory can match, so that there is no need to look.</summary>
    /// <param name="directory">"/var/lib"; empty for the root.</param>
    public bool MayMatchBelow(ReadOnlySpan<byte> directory) => inverted || Automaton.MayMatchBelow(directory);

    /// <summary>The lines that need the original's regular expression engine for every path.</summary>
    public IReadOnlyList<string> ListUnoptimised() => [.. Lines.Where((_, index) => !IsInversion(index) && !Read(index).IsOptimised)];

    /// <summary>Whether both have as many lines and this one's are all among the other's.</summary>
    public bool HasSameLines(Filter other) =>
        Lines.Count == other.Lines.Count && other.Lines.ToHashSet().IsSupersetOf(Lines);

    // Two threads may compile at once; what they make is the same.
    PathAutomaton Automaton => automaton ??= Compile(CancellationToken.None);

    PathAutomaton Compile(CancellationToken cancellation)
    {
        try
        {
            return new(Enumerable.Range(0, Lines.Count).Where(index => !IsInversion(index)).Select(index =>
            {
                cancellation.ThrowIfCancellationRequested();
                return Read(index);
            }));
        }
        catch (ExpressionException exception)
        {
            throw Error(Math.Max(0, Lines.Count - 1), exception);
        }
    }

    bool IsInversion(int index) => invertible && Lines[index] == Inversion;

    PathLine Read(int index)
    {
        try
        {
            return PathLine.Read(Lines[index]);
        }
        catch (ExpressionException exception)
        {
            throw Error(index, exception);
        }
    }

    FilterException Error(int index, ExpressionException exception) => new(sourceLines?[index] ?? index + 1, Lines[index], exception.Message);
}
