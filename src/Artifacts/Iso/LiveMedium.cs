namespace ImageSdk.Artifacts.Iso;

/// <summary>What others need to know of a live system that starts.</summary>
public static class LiveMedium
{
    /// <summary>What it says when it does not find its medium, and goes no further.</summary>
    public const string Missing = "The medium of the live system is not there";
}
