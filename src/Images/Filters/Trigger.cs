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

    /// <exception cref="FilterException">A line is not an expression; its number counts within the trigger.</exception>
    internal Filter CompileLines()
    {
        // A line "!" has no meaning of its own here.
        var filter = new Filter(MatchLines, invertible: false);
        filter.Validate();
        return filter;
    }
}
