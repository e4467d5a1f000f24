namespace ImageSdk.Trees.ImageProfiles;

/// <summary>An item that a profile brings to images; its name and metadata are as MSBuild escapes them.</summary>
/// <param name="Type">ImagePackage, ImageTree and so on.</param>
/// <param name="Name">Of an item with content, the name by which images know it.</param>
/// <param name="Source">The file or directory that is its content; null where its name says all.</param>
public sealed record ProfileItem(string Type, string Name, IReadOnlyDictionary<string, string> Metadata, string? Source = null);
