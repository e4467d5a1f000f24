using ImageSdk.ImageServer.Options;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Security;

/// <summary>The callers that rules distinguish.</summary>
public enum Caller
{
    /// <summary>Shows no certificate.</summary>
    Nobody,

    /// <summary>Has a certificate with a name.</summary>
    User,

    /// <summary>Belongs to the group that owns the directory.</summary>
    Member,

    /// <summary>Has made the image.</summary>
    Owner,

    /// <summary>Holds the power to call everything.</summary>
    Power,
}

/// <summary>A site's authority with certificates for a server and its callers.</summary>
sealed class TestSite : IDisposable
{
    /// <summary>Groups that every machine has, as the server asks the machine.</summary>
    public const string Group = "daemon";
    public const string OtherGroup = "bin";

    readonly DateTimeOffset now = DateTimeOffset.UtcNow;
    readonly CertificateAuthority authority;
    readonly string directory = Directory.CreateTempSubdirectory("imagesdk-site-").FullName;
    readonly Dictionary<Caller, SrpcClientOptions> callers = [];

    public TestSite()
    {
        authority = CertificateAuthority.Create(Terms("test authority"));
        var site = new CertificateSite(directory);
        site.AddAuthority(authority);
        using var server = authority.Issue(Terms("server") with { Hosts = ["localhost"] });
        site.AddServer("imageserver", server);
        site.Write();
    }

    public void Configure(ServerOptions options)
    {
        options.AuthoritiesFile = Path.Combine(directory, "CA.pem");
        options.IdentityAuthoritiesFile = "";
        options.CertificateFile = Path.Combine(directory, "imageserver", "cert.pem");
        options.KeyFile = Path.Combine(directory, "imageserver", "key.pem");
        options.PermitInsecureMode = false;
    }

    /// <summary>What a caller connects with.</summary>
    public SrpcClientOptions As(Caller caller)
    {
        lock (callers)
        {
            if (!callers.TryGetValue(caller, out var options))
                callers[caller] = options = new() { UpgradeLocalConnections = false, Certificates = Certificates(caller) };
            return options;
        }
    }

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    ClientCertificates Certificates(Caller caller) => caller switch
    {
        Caller.Nobody => ClientCertificates.None,
        Caller.Member => Of(Terms("member") with { Groups = [Group, "others"] }),
        Caller.Power => Of(Terms("power") with { Methods = ["*.*"] }),
        _ => Of(Terms(caller.ToString().ToLowerInvariant()) with { Groups = ["others"] }),
    };

    ClientCertificates Of(CertificateTerms terms) => ClientCertificates.Of(authority.Issue(terms).Certificate);

    CertificateTerms Terms(string name) => new(name) { NotBefore = now.AddHours(-1), NotAfter = now.AddDays(1) };
}
