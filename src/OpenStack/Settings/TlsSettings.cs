namespace ImageSdk.OpenStack.Settings;

/// <summary>Which servers are believed, and how a client shows itself to them.</summary>
public sealed record TlsSettings
{
    /// <summary>File of the authorities that certificates must come from (PEM), absolute; empty for the system's.</summary>
    public string AuthoritiesFile { get; init; } = "";

    /// <summary>The client's certificate (PEM), absolute; empty for none.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>Its key; empty where it is in the same file.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>False to believe any server.</summary>
    public bool Verifies { get; init; } = true;

    internal static TlsSettings From(SettingValues values, SettingsPlace place) => new()
    {
        AuthoritiesFile = PathOf(values["cacert"], place),
        CertificateFile = PathOf(values["cert"], place),
        KeyFile = PathOf(values["key"], place),
        Verifies = !values.Flag("insecure") && (values["verify"].Length == 0 || values.Flag("verify")),
    };

    static string PathOf(string path, SettingsPlace place) => path.Length > 0 ? place.Resolve(path) : "";
}
