using System.Globalization;
using System.Text;

namespace ImageSdk.Images;

/// <summary>
/// Puts values in the place of <c>$NAME</c>, <c>${NAME}</c> and <c>${NAME[/2:-1]}</c>. There is no escape for "$".
/// </summary>
/// <remarks>
/// The slice splits the value at the character after "[", and joins the parts from A (inclusive) to B (exclusive) with
/// it. Either may be empty, or negative to count from the end. What is no number gives an empty text; so does, as in the original, a B
/// that is not less than the number of parts, and a negative B that comes before A. What else is out of range, where the original crashes,
/// gives an empty text too; callers can ask for a report of it.
/// </remarks>
public static class VariableExpansion
{
    const string Specials = "*#$@!?-0123456789";

    /// <summary>Expands a text. A variable that is unknown (null) is empty.</summary>
    /// <param name="outOfRange">Is given a slice whose bounds are out of range: "V[/9:]".</param>
    public static string Expand(string text, Func<string, string?> lookUp, Action<string>? outOfRange = null) =>
        Replace(text, name => ExpandVariable(name, lookUp, outOfRange));

    /// <summary>Expands a text only if all its variables have a value that is not empty; else it stays as it is.</summary>
    public static string ExpandOpportunistically(string text, Func<string, string?> lookUp)
    {
        var missing = false;
        var expanded = Expand(text, name =>
        {
            var value = lookUp(name);
            missing |= string.IsNullOrEmpty(value);
            return value;
        });
        return missing ? text : expanded;
    }

    static string Replace(string text, Func<string, string> expand)
    {
        var expanded = new StringBuilder();
        for (var position = 0; position < text.Length;)
        {
            var dollar = text.IndexOf('$', position);
            if (dollar < 0 || dollar + 1 == text.Length)
            {
                expanded.Append(text, position, text.Length - position);
                break;
            }
            expanded.Append(text, position, dollar - position);
            var name = ReadName(text.AsSpan(dollar + 1), out var length);
            if (!name.IsEmpty)
                expanded.Append(expand(name.ToString()));
            else if (length == 0)
                expanded.Append('$');
            position = dollar + 1 + length;
        }
        return expanded.ToString();
    }

    /// <summary>The name after a "$" and what it takes of the text. No name: taken text vanishes, else the "$" stays.</summary>
    static ReadOnlySpan<char> ReadName(ReadOnlySpan<char> text, out int length)
    {
        if (text[0] == '{')
        {
            var end = text.IndexOf('}');
            // "${}" vanishes; of "${" without an end only these two characters do.
            length = end < 0 ? 1 : end + 1;
            return end < 0 ? default : text[1..end];
        }
        if (Specials.Contains(text[0]))
        {
            length = 1;
            return text[..1];
        }
        length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '_'))
            length++;
        return text[..length];
    }

    static string ExpandVariable(string variable, Func<string, string?> lookUp, Action<string>? outOfRange)
    {
        // Shorter than "V[/:]" it can be no slice, and is a name whatever it holds.
        if (variable.Length < 5 || !variable.EndsWith(']'))
            return lookUp(variable) ?? "";
        var bracket = variable.IndexOf('[');
        if (bracket < 1 || variable.Length < bracket + 4)
            return "";
        var value = lookUp(variable[..bracket]) ?? "";
        var bounds = variable[(bracket + 2)..^1].Split(':');
        if (value.Length == 0 || bounds.Length != 2)
            return "";
        var separator = variable[bracket + 1];
        var parts = value.Split(separator);
        if (!TryReadBound(bounds[0], out var start) || !TryReadBound(bounds[1], out var end) || end >= parts.Length)
            return "";
        var first = FromStart(start ?? 0, parts.Length);
        var stop = FromStart(end ?? parts.Length, parts.Length);
        if (first >= 0 && first <= stop)
            return string.Join(separator, parts[(int)first..(int)stop]);
        if (end is null or >= 0 || stop >= first)
            outOfRange?.Invoke(variable);
        return "";
    }

    static long FromStart(long bound, int count) => bound < 0 ? bound + count : bound;

    static bool TryReadBound(string text, out long? bound)
    {
        bound = null;
        if (text.Length == 0)
            return true;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return false;
        // Far out of any range, but safe to add to.
        bound = Math.Clamp(number, int.MinValue, int.MaxValue);
        return true;
    }
}
