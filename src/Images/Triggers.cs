namespace ImageSdk.Images;

/// <summary>The services to restart when files change on a live machine.</summary>
public sealed record Triggers(IReadOnlyList<Trigger> List);

public sealed record Trigger
{
    public IReadOnlyList<string> MatchLines { get; init; } = [];
    public string Service { get; init; } = "";
    public string SortName { get; init; } = "";
    public bool DoReboot { get; init; }
    public bool DoReload { get; init; }
    public bool HighImpact { get; init; }
}
