using ImageSdk.Images;

namespace ImageSdk.Contracts.Inspection;

/// <summary>An installed package and all that its packager knows of it. What is not known is empty.</summary>
/// <param name="Name">Without the architecture.</param>
/// <param name="SourceName">The source package that it was built from.</param>
/// <param name="Maintainer">"Name &lt;address&gt;".</param>
/// <param name="Requirements">Groups of names of which one is needed.</param>
/// <param name="Provides">Names that it stands for besides its own.</param>
sealed record InstalledPackage(
    string Name, string Version, string Architecture, string SourceName, string SourceVersion, string Maintainer, string Homepage,
    string Summary, IReadOnlyList<IReadOnlyList<string>> Requirements, IReadOnlyList<string> Provides)
{
    /// <summary>SPDX expression; empty where nothing tells it.</summary>
    public string Licence { get; init; } = "";

    /// <summary>The organization that distributes it; empty where its packager does not say.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>Common licences that the copyright file mentions.</summary>
    public IReadOnlyList<string> CommonLicences { get; init; } = [];

    /// <summary>Of an image whose packager left only a list of names.</summary>
    public static InstalledPackage From(Package package) => new(package.Name, package.Version, "", "", "", "", "", "", [], []);
}
