namespace ImageSdk.Images.Text;

/// <summary>Finds the name that was meant.</summary>
public static class NearNames
{
    /// <summary>The known name that one which is not known comes near to; null where none is near, or where it is known.</summary>
    public static string? Find(string name, IReadOnlyList<string> known, StringComparison comparison = StringComparison.Ordinal)
    {
        if (known.Any(each => each.Equals(name, comparison)))
            return null;
        var plain = name.ToLowerInvariant();
        return known.Select(each => (Name: each, Distance: DistanceOf(plain, each.ToLowerInvariant())))
            .Where(each => each.Distance is not null)
            .OrderBy(each => each.Distance).Select(each => each.Name).FirstOrDefault();
    }

    /// <summary>How many letters differ; null where that is too many for a slip.</summary>
    static int? DistanceOf(string name, string known)
    {
        var shorter = Math.Min(name.Length, known.Length);
        var most = shorter switch { < 4 => 0, < 6 => 1, _ => 2 };
        if (Math.Abs(name.Length - known.Length) <= most && Count(name, known) is var count && count <= most)
            return count;
        // A name cut short, as in SourceImageTags for SourceImageTagsToMatch.
        return known.StartsWith(name, StringComparison.Ordinal) && name.Length * 5 >= known.Length * 3 ? known.Length - name.Length : null;
    }

    /// <summary>Letters to insert, remove, replace or swap with their neighbours.</summary>
    static int Count(string left, string right)
    {
        var table = new int[left.Length + 1, right.Length + 1];
        for (var row = 0; row <= left.Length; row++)
            for (var column = 0; column <= right.Length; column++)
            {
                if (row == 0 || column == 0)
                {
                    table[row, column] = row + column;
                    continue;
                }
                var best = Math.Min(table[row - 1, column], table[row, column - 1]) + 1;
                best = Math.Min(best, table[row - 1, column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1));
                if (row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1])
                    best = Math.Min(best, table[row - 2, column - 2] + 1);
                table[row, column] = best;
            }
        return table[left.Length, right.Length];
    }
}
