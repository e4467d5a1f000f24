namespace ImageSdk.Images.Text;

/// <summary>Words of a shell's command line.</summary>
public static class ShellWord
{
    /// <summary>A word that a shell takes for what it is, whatever is in it.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
