namespace ImageSdk.Images.Text;

/// <summary>Rows of text, each column as wide as its widest field. Each row is a line, whatever is in its fields.</summary>
public sealed class TextColumns
{
    readonly int[] widths;
    readonly string gap;
    readonly IReadOnlyCollection<int> right;

    TextColumns(IEnumerable<string[]> rows, string gap, IReadOnlyCollection<int> right)
    {
        string[][] all = [.. rows];
        widths = all.Length == 0 ? [] : [.. Enumerable.Range(0, all[0].Length).Select(column => all.Max(row => OneLine.Of(row[column]).Length))];
        this.gap = gap;
        this.right = right;
    }

    /// <summary>Columns that fit these rows, with one blank in between, as imagetool has them.</summary>
    /// <param name="rows">All of one length.</param>
    public static TextColumns For(IEnumerable<string[]> rows) => new(rows, " ", []);

    /// <inheritdoc cref="For"/>
    public static void Write(TextWriter output, IReadOnlyList<string[]> rows)
    {
        var columns = For(rows);
        foreach (var row in rows)
            output.WriteLine(columns.Format(row));
    }

    /// <summary>Writes columns for people: two blanks in between, none at the end of a line.</summary>
    /// <param name="rows">All of one length.</param>
    /// <param name="right">Columns, from 0, whose fields end below each other: numbers.</param>
    public static void WriteTable(TextWriter output, IReadOnlyList<string[]> rows, params IReadOnlyCollection<int> right)
    {
        var columns = new TextColumns(rows, "  ", right);
        foreach (var row in rows)
            output.WriteLine(columns.Format(row).TrimEnd());
    }

    public string Format(string[] row) => string.Join(gap, row.Select(OneLine.Of).Select((field, column) =>
        right.Contains(column) ? field.PadLeft(widths[column]) : column < row.Length - 1 ? field.PadRight(widths[column]) : field));
}
