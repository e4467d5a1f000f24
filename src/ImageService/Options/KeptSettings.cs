namespace ImageSdk.ImageService.Options;

/// <summary>How much is kept of jobs that have failed.</summary>
/// <param name="Count">Of jobs; 0 for nothing.</param>
/// <param name="Age">How long.</param>
/// <param name="Size">Bytes, of all together; 0 for any.</param>
sealed record KeptSettings(int Count, TimeSpan Age, long Size);
