namespace ImageSdk.Images.Text;

/// <summary>Reads the line files of the original: filters, computed files and the like.</summary>
static class TextLines
{
    /// <summary>
    /// The lines that are neither empty nor start with "#", with their numbers from 1. A CR before the LF is dropped,
    /// other blanks are not.
    /// </summary>
    public static IEnumerable<(int Number, string Line)> Read(string text)
    {
        var number = 0;
        foreach (var part in text.Split('\n'))
        {
            number++;
            var line = part.EndsWith('\r') ? part[..^1] : part;
            if (line.Length > 0 && line[0] != '#')
                yield return (number, line);
        }
    }
}
