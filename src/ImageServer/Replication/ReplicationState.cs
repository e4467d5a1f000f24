namespace ImageSdk.ImageServer.Replication;

/// <summary>How a replica is doing, for pages and metrics.</summary>
/// <param name="Master">host:port.</param>
/// <param name="ConnectedSince">Null where there is no connection.</param>
/// <param name="LastFinished">When the replica last had all that its master had listed; null for never.</param>
/// <param name="Problem">Why there is no connection, or what failed last; null where nothing did.</param>
/// <param name="Lag">For how long the oldest change that is not made yet has been known.</param>
/// <param name="Waiting">Changes that are not made yet.</param>
/// <param name="Failing">Images that could not be fetched, and are tried again.</param>
/// <param name="Added">Images that were added since the start.</param>
/// <param name="Deleted">Images that were deleted since the start.</param>
sealed record ReplicationState(
    string Master, DateTimeOffset? ConnectedSince, DateTimeOffset? LastFinished, string? Problem, TimeSpan Lag,
    int Waiting, int Failing, long Added, long Deleted)
{
    public bool IsConnected => ConnectedSince is not null;
}
