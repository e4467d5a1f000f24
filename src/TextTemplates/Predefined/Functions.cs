using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Errors;
using ImageSdk.TextTemplates.Formatting;

namespace ImageSdk.TextTemplates.Predefined;

/// <param name="Least">Of arguments.</param>
/// <param name="Most">Of arguments; negative for any number.</param>
sealed record Function(int Least, int Most, Functions.Body Call);

/// <summary>The predefined functions. "and" and "or", which do not look at all arguments, are the renderer's.</summary>
static class Functions
{
    /// <summary>What is written where there is no value.</summary>
    public const string NoValue = "<no value>";

    public delegate object? Body(ReadOnlySpan<object?> arguments);

    public static Dictionary<string, Function> Table { get; } = new(StringComparer.Ordinal)
    {
        ["and"] = new(1, -1, _ => throw new InvalidOperationException()),
        ["or"] = new(1, -1, _ => throw new InvalidOperationException()),
        ["not"] = new(1, 1, arguments => !Values.IsTrue(arguments[0])),
        ["call"] = new(1, -1, arguments => throw new RunException($"a value of type {Values.TypeOf(arguments[0])} is no function")),
        ["eq"] = new(1, -1, arguments => Comparison.Equal(arguments)),
        ["ne"] = new(2, 2, arguments => !Comparison.Equal(arguments)),
        ["lt"] = new(2, 2, arguments => Comparison.Less(arguments[0], arguments[1])),
        ["le"] = new(2, 2, arguments => Comparison.LessOrEqual(arguments[0], arguments[1])),
        ["gt"] = new(2, 2, arguments => !Comparison.LessOrEqual(arguments[0], arguments[1])),
        ["ge"] = new(2, 2, arguments => !Comparison.Less(arguments[0], arguments[1])),
        ["html"] = new(0, -1, arguments => Escaping.Html(TextOf(arguments))),
        ["js"] = new(0, -1, arguments => Escaping.Script(TextOf(arguments))),
        ["urlquery"] = new(0, -1, arguments => Escaping.Query(TextOf(arguments))),
        ["print"] = new(0, -1, arguments => Printing.Print(arguments)),
        ["println"] = new(0, -1, arguments => Printing.PrintLine(arguments)),
        ["printf"] = new(1, -1, PrintFormatted),
        ["len"] = new(1, 1, Length),
        ["index"] = new(1, -1, Index),
        ["slice"] = new(1, -1, Slice),
    };

    /// <summary>What is escaped: all of the arguments as one text, in which nil is what stands where there is no value.</summary>
    static string TextOf(ReadOnlySpan<object?> arguments)
    {
        var values = arguments.ToArray();
        for (var index = 0; index < values.Length; index++)
            values[index] ??= NoValue;
        return Printing.Print(values);
    }

    static object PrintFormatted(ReadOnlySpan<object?> arguments) => arguments[0] is string format
        ? new FormattedPrinting(arguments[1..]).Print(format)
        : throw new RunException($"the first argument of printf must be a text; found a value of type {Values.TypeOf(arguments[0])}");

    static object Length(ReadOnlySpan<object?> arguments) => arguments[0] switch
    {
        string text => (long)text.Length,
        VariableTable table => (long)table.Count,
        var other => throw new RunException($"a value of type {Values.TypeOf(other)} has no length"),
    };

    static object? Index(ReadOnlySpan<object?> arguments)
    {
        var item = arguments[0] ?? throw new RunException("nil has no elements");
        foreach (var index in arguments[1..])
            item = item switch
            {
                string text => (byte)text[IndexOf(index, text.Length - 1)],
                VariableTable table when index is string name => table.Find(name) ?? "",
                VariableTable => throw new RunException($"the table's index must be a text; found a value of type {Values.TypeOf(index)}"),
                _ => throw new RunException($"a value of type {Values.TypeOf(item)} has no elements"),
            };
        return item;
    }

    static object Slice(ReadOnlySpan<object?> arguments)
    {
        if (arguments[0] is not string text)
            throw new RunException($"a value of type {Values.TypeOf(arguments[0])} can't be cut");
        if (arguments.Length > 3)
            throw new RunException("a text is cut by a start and an end");
        var start = arguments.Length > 1 ? IndexOf(arguments[1], text.Length) : 0;
        var end = arguments.Length > 2 ? IndexOf(arguments[2], text.Length) : text.Length;
        return start <= end ? text[start..end] : throw new RunException($"the slice ends at {end}, before its start {start}");
    }

    static int IndexOf(object? index, int last)
    {
        var number = index switch
        {
            long wide => wide,
            byte narrow => narrow,
            _ => throw new RunException($"an index must be an integer; found a value of type {Values.TypeOf(index)}"),
        };
        return number >= 0 && number <= last ? (int)number : throw new RunException($"index {number} is out of range");
    }
}
