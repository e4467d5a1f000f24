namespace ImageSdk.Contracts.Inspection;

/// <summary>What an image's files say of what is installed in it.</summary>
/// <param name="Packager">"deb", "rpm"; empty where there is another one or none.</param>
/// <param name="Packages">Empty where the packager's database is not read; the image's own list of names has to do then.</param>
/// <param name="Texts">Of licences that SPDX has not got, by their LicenseRef.</param>
sealed record ImageContents(
    OsRelease System, string Packager, IReadOnlyList<InstalledPackage> Packages, IReadOnlyDictionary<string, LicenceText> Texts)
{
    /// <summary>Why the packager's database cannot be read, as a clause; empty where it can, or where there is none.</summary>
    public string Fault { get; init; } = "";
}

/// <summary>Digests that others want of a file, in hexadecimal digits.</summary>
sealed record FileDigests(string Sha1, string Sha256);

/// <summary>What the worker read of an image.</summary>
/// <param name="Contents">Null where they were not asked for.</param>
/// <param name="Digests">By SHA-512.</param>
sealed record ImageInspection(ImageContents? Contents, IReadOnlyDictionary<string, FileDigests> Digests);

/// <summary>A licence that SPDX has no identifier for.</summary>
/// <param name="Name">As the copyright file calls it.</param>
sealed record LicenceText(string Name, string Text);
