using System.Security.Authentication;

namespace ImageSdk.Srpc;

/// <summary>A caller showed a certificate that is not accepted. The message says why.</summary>
public sealed class CertificateRefusedException(string message, Exception? inner = null) : AuthenticationException(message, inner);
