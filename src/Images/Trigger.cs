using ImageSdk.Images.Expressions;

namespace ImageSdk.Images;

/// <summary>What to do with a service when one of its files changes.</summary>
public sealed record Trigger
{
    /// <summary>Path expressions, as a filter has them.</summary>
    public IReadOnlyList<string> MatchLines { get; init; } = [];

    public string Service { get; init; } = "";

    /// <summary>Orders the triggers that run together.</summary>
    public string SortName { get; init; } = "";

    public bool DoReboot { get; init; }

    /// <summary>Reload the service where it would otherwise be restarted.</summary>
    public bool DoReload { get; init; }

    public bool HighImpact { get; init; }

    internal PathExpression[] CompileLines()
    {
        var compiled = new PathExpression[MatchLines.Count];
        for (var index = 0; index < compiled.Length; index++)
        {
            try
            {
                compiled[index] = PathExpression.Compile(MatchLines[index]);
            }
            catch (ExpressionException exception)
            {
                throw new FilterException(index + 1, MatchLines[index], exception.Message);
            }
        }
        return compiled;
    }
}
