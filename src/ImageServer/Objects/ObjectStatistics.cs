namespace ImageSdk.ImageServer.Objects;

/// <summary>Objects in number and bytes.</summary>
/// <param name="Count">All.</param>
/// <param name="Bytes">Of all, each once.</param>
/// <param name="UnreferencedCount">Those that no image refers to.</param>
/// <param name="UnreferencedBytes">Of those.</param>
/// <param name="ReferenceCount">References of all images.</param>
/// <param name="ReferencedBytes">What the images would take if each reference were a copy.</param>
readonly record struct ObjectStatistics(
    long Count, ulong Bytes, long UnreferencedCount, ulong UnreferencedBytes, ulong ReferenceCount, ulong ReferencedBytes);
