using System.Net;

namespace ImageSdk.Srpc;

/// <summary>What a new certificate shall say of its holder.</summary>
/// <param name="Name">The common name: the user, also of a server that calls others.</param>
public sealed record CertificateTerms(string Name)
{
    const int MaxNameLength = 64;

    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Patterns over <c>Service.Method</c> that the holder may call.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>DNS names and IP addresses of a server; a certificate without any is one for clients only.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public CertificateKeyType KeyType { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Never later than that of the authority, whatever is asked for.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Whether a host is given by its address rather than by a name.</summary>
    internal static bool IsAddress(string host) => IPAddress.TryParse(host, out _);

    /// <exception cref="FormatException">A text is none of its kind.</exception>
    internal void Check()
    {
        if (Name.Length is 0 or > MaxNameLength || Name is "." or ".." || Name.Any(letter => letter == '/' || char.IsControl(letter) || char.IsSurrogate(letter)))
            throw new FormatException($"\"{Name}\" is no name: it has 1 to {MaxNameLength} characters and no slash");
        if (Groups.FirstOrDefault(group => string.IsNullOrWhiteSpace(group) || group.Any(char.IsControl)) is { } badGroup)
            throw new FormatException($"\"{badGroup}\" is no group");
        if (Methods.FirstOrDefault(method => method.Count(letter => letter == '.') != 1 || !new MethodPattern(method).IsValid || method.Any(char.IsControl)) is { } badMethod)
            throw new FormatException($"\"{badMethod}\" is no pattern over Service.Method, such as *.* or ImageServer.Get*");
        if (Hosts.FirstOrDefault(host => !IsAddress(host) && !IsDnsName(host)) is { } badHost)
            throw new FormatException($"\"{badHost}\" is neither a DNS name nor an IP address");
        if (NotAfter <= NotBefore)
            throw new FormatException("the certificate would never be valid");
    }

    // Also "*.example.com". Names in other scripts come in their ASCII form.
    static bool IsDnsName(string host) =>
        Uri.CheckHostName(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host) == UriHostNameType.Dns && host.All(char.IsAscii);
}
