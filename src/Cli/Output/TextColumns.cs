namespace ImageSdk.Cli.Output;

/// <summary>Rows of text, each column as wide as its widest field, one blank between columns.</summary>
static class TextColumns
{
    /// <param name="texts">All of one length.</param>
    public static void Write(TextWriter output, IEnumerable<string[]> texts)
    {
        string[][] rows = [.. texts.Select(row => row.Select(OneLine.Of).ToArray())];
        if (rows.Length == 0)
            return;
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (var row in rows)
            output.WriteLine(string.Join(' ', row.Select((field, column) => column < row.Length - 1 ? field.PadRight(widths[column]) : field)));
    }
}
