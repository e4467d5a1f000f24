namespace ImageSdk.Cli.Views;

/// <summary>A row of a list of images.</summary>
/// <param name="Files">Regular files; null where the image cannot be read.</param>
/// <param name="Bytes">Of all regular files.</param>
/// <param name="Fault">Why the image cannot be read; null where it can.</param>
sealed record ListedImage(string Name, DateTimeOffset? CreatedOn, ulong? Files, ulong? Bytes, string? Fault);
