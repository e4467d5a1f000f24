using System.Security.Authentication;

namespace ImageSdk.Srpc;

static class TlsVersions
{
#pragma warning disable CA5398 // The protocol demands "1.2 or newer"; the platform's default could be lower or higher.
    public const SslProtocols Allowed = SslProtocols.Tls12 | SslProtocols.Tls13;
#pragma warning restore CA5398
}
