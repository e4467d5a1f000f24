using System.Text;

namespace ImageSdk.Tasks.Reading;

/// <summary>Splits a command line into its words as a shell does, without expanding anything: quotes and backslashes only.</summary>
static class CommandLine
{
    public static IReadOnlyList<string> Split(string text, string name, string file)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case ' ' or '\t' or '\n' or '\r':
                    if (word is not null)
                        words.Add(word.ToString());
                    word = null;
                    break;
                case '\'':
                    var end = text.IndexOf('\'', at + 1);
                    if (end < 0)
                        throw Unclosed(text, name, file);
                    (word ??= new()).Append(text, at + 1, end - at - 1);
                    at = end;
                    break;
                case '"':
                    at = DoubleQuoted(text, at + 1, word ??= new());
                    if (at < 0)
                        throw Unclosed(text, name, file);
                    break;
                case '\\' when at + 1 < text.Length:
                    (word ??= new()).Append(text[++at]);
                    break;
                default:
                    (word ??= new()).Append(text[at]);
                    break;
            }
        }
        if (word is not null)
            words.Add(word.ToString());
        return words;
    }

    /// <returns>Where the closing quote is, or -1.</returns>
    static int DoubleQuoted(string text, int at, StringBuilder word)
    {
        for (; at < text.Length; at++)
        {
            if (text[at] == '"')
                return at;
            // As in a shell, a backslash stays where it has nothing to quote; "\n" is two characters.
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\' or '$' or '`')
                at++;
            word.Append(text[at]);
        }
        return -1;
    }

    static Exception Unclosed(string text, string name, string file) =>
        Words.Wrong(name, text, "a command line whose quotes are closed", file);
}
