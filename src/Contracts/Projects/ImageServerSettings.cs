namespace ImageSdk.Contracts.Projects;

/// <summary>An image server that a project publishes to and takes source images from.</summary>
/// <param name="Address">host, host:port or a URL of these; the port is 6971 where none is given.</param>
/// <param name="CertificateDirectory">Holds the user's certificates; empty for <c>~/.ssl</c>.</param>
public sealed record ImageServerSettings(string Address, string CertificateDirectory = "")
{
    /// <summary>The certificate of a daemon, in place of those of the directory; empty for those.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>The key of that certificate.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>
    /// Certificates of the authorities that the server's own must come from; empty to believe any server, as the field's
    /// tools do.
    /// </summary>
    public string AuthoritiesFile { get; init; } = "";

    /// <summary>The SHA-256 of the server's certificate in hexadecimal digits; counts before the authorities. Empty for any.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Whether to refuse a server without TLS. Otherwise one that says that it has none is spoken to in clear text.</summary>
    public bool RequireTls { get; init; }

    /// <summary>Connections that carry contents at the same time.</summary>
    public int Connections { get; init; } = 2;
}
