namespace ImageSdk.Contracts.Settings;

/// <summary>To whom files that a project brings belong, and what they may do with them.</summary>
public sealed record FileOwner
{
    /// <summary>By name or number; empty for root.</summary>
    public string User { get; init; } = "";

    /// <summary>By name or number; empty for the primary group of <see cref="User"/>.</summary>
    public string Group { get; init; } = "";

    /// <summary>Permission bits of files in octal; empty for their own.</summary>
    public string Mode { get; init; } = "";

    /// <summary>Permission bits of directories that are made, in octal; empty for 755.</summary>
    public string DirectoryMode { get; init; } = "";

    /// <summary>Where the item stands, for errors.</summary>
    public string File { get; init; } = "";

    /// <summary>1-based; 0 where unknown.</summary>
    public int Line { get; init; }

    /// <summary>Whether it says nothing.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsDefault => User.Length + Group.Length + Mode.Length + DirectoryMode.Length == 0;
}
