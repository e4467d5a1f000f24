namespace ImageSdk.Contracts.Projects;

/// <summary>An archive of packages that an image's apt takes packages from.</summary>
/// <param name="Name">Of its files in /etc/apt; or "ppa:OWNER/NAME", an archive at Launchpad.</param>
public sealed record PackageArchive(string Name)
{
    /// <summary>Where the project names it, for errors.</summary>
    public string File { get; init; } = "";

    public IReadOnlyList<string> Uris { get; init; } = [];

    /// <summary>None for the image's series, which "{series}" stands for; one that ends with "/" is a directory without components.</summary>
    public IReadOnlyList<string> Suites { get; init; } = [];

    /// <summary>None for "main".</summary>
    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>None for those of the image's dpkg.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>An OpenPGP key, armored or not; empty for none.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Of the key, 40 or 64 hexadecimal digits; empty for any key of the file.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>The key in base64, once it is at hand.</summary>
    public string Key { get; init; } = "";

    /// <summary>Of all its packages; null for apt's own.</summary>
    public int? PinPriority { get; init; }

    /// <summary>Whether the image keeps the archive. Otherwise it is there until the clean-up, and leaves no trace.</summary>
    public bool Keep { get; init; } = true;

    /// <summary>Whether it is one at Launchpad.</summary>
    internal bool IsPersonal => Name.StartsWith("ppa:", StringComparison.Ordinal);

    /// <summary>What its files are called.</summary>
    internal string FileName => IsPersonal ? $"ppa-{Name["ppa:".Length..].Replace('/', '-')}" : Name;
}

/// <summary>Where archives of Launchpad and keys are looked up.</summary>
/// <param name="Api">Address of the service that knows archives.</param>
/// <param name="Archives">Address below which archives lie.</param>
/// <param name="KeyServer">Address of a server of OpenPGP keys (HKP over HTTP).</param>
public sealed record LaunchpadSettings(string Api = LaunchpadSettings.DefaultApi, string Archives = LaunchpadSettings.DefaultArchives, string KeyServer = LaunchpadSettings.DefaultKeyServer)
{
    public const string DefaultApi = "https://api.launchpad.net", DefaultArchives = "https://ppa.launchpadcontent.net", DefaultKeyServer = "https://keyserver.ubuntu.com";
}
