namespace ImageSdk.Packages.Rpm;

/// <summary>A package as rpm's database has it. What is not said is empty.</summary>
/// <param name="Epoch">Null for none, which compares like 0.</param>
/// <param name="Source">The file name of the source package.</param>
/// <param name="Size">Bytes of its files.</param>
sealed record RpmPackage(
    string Name, uint? Epoch, string Version, string Release, string Architecture, string Source, string Vendor, string Packager, string Url, string Licence, string Summary, ulong Size,
    IReadOnlyList<string> Requires, IReadOnlyList<string> Provides)
{
    /// <summary>"EPOCH:VERSION-RELEASE", without the epoch where there is none.</summary>
    public string FullVersion => Epoch is { } epoch ? $"{epoch}:{Version}-{Release}" : $"{Version}-{Release}";
}
