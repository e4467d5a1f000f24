using System.Text.RegularExpressions;
using ImageSdk.Hosting.Web.Requests;

namespace ImageSdk.Hosting.Web.Pages;

/// <summary>Which lines of a log are shown: those that <c>include</c> matches and <c>exclude</c> does not.</summary>
public sealed class LineFilter(PageQuery query)
{
    const int MaximumLength = 1000;

    readonly Regex? include = Compile(query, "include");
    readonly Regex? exclude = Compile(query, "exclude");

    public bool Includes(string line) => include?.IsMatch(line) != false && exclude?.IsMatch(line) != true;

    // They come from anywhere: matching takes time in proportion to the line, whatever the expression.
    static Regex? Compile(PageQuery query, string parameter)
    {
        if (query[parameter] is not { Length: > 0 } text)
            return null;
        if (text.Length > MaximumLength)
            throw PageFault.BadParameter($"{parameter}: an expression of more than {MaximumLength} characters.");
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception problem) when (problem is ArgumentException or NotSupportedException)
        {
            throw PageFault.BadParameter($"{parameter}={text}: {problem.Message}");
        }
    }
}
