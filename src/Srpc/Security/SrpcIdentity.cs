using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>Who is at the other end of a connection, and what the certificates permit.</summary>
/// <param name="Methods">Null for all.</param>
sealed record SrpcIdentity(string User, IReadOnlySet<string> Groups, IReadOnlyList<MethodPattern>? Methods)
{
    /// <summary>Everybody, where a server does not ask for certificates.</summary>
    public static SrpcIdentity Unrestricted { get; } = new("", new HashSet<string>(), null);

    /// <summary>A caller without a certificate, where a server asks for them.</summary>
    public static SrpcIdentity Anonymous { get; } = new("", new HashSet<string>(), []);

    /// <summary>Whether it is that of those without a certificate, where a server asks for them.</summary>
    public bool IsAnonymous => ReferenceEquals(this, Anonymous);

    /// <summary>
    /// Of a verified chain, leaf first: the first user name, the first group list, and the methods of all certificates.
    /// </summary>
    /// <param name="trustMethods">False for chains that are trusted for identity only.</param>
    /// <exception cref="SrpcException">An extension is malformed.</exception>
    public static SrpcIdentity Of(IEnumerable<X509Certificate2> chain, bool trustMethods)
    {
        CertificateIdentity[] links = [.. chain.Select(CertificateIdentity.Of)];
        var user = links.FirstOrDefault(link => link.User.Length > 0)?.User ?? "";
        var groups = links.FirstOrDefault(link => link.Groups.Count > 0)?.Groups ?? [];
        var methods = trustMethods ? links.SelectMany(link => link.Methods).Distinct() : [];
        return new(user, groups.ToHashSet(), [.. methods.Select(method => new MethodPattern(method))]);
    }

    public bool Permits(string method) => Methods is null || Methods.Any(pattern => pattern.Matches(method));
}
