namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>Programs that stand in for those that take minutes.</summary>
static class StandIn
{
    /// <summary>Takes the place of kiwi-ng.</summary>
    public static string Kiwi { get; } = Path.Combine(AppContext.BaseDirectory, "StandIns/kiwi-ng");
}
