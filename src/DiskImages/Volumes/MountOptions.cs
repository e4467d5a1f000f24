namespace ImageSdk.DiskImages.Volumes;

/// <summary>The options of a mount, as /etc/fstab has them: "defaults,subvol=@home".</summary>
sealed record MountOptions(string Text)
{
    public static MountOptions None { get; } = new("");

    /// <summary>The value of the last option of that name; null where there is none.</summary>
    public string? this[string name] => Text.Split(',').LastOrDefault(option => option.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
