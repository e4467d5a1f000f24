namespace ImageSdk.Srpc;

/// <summary>Why a certificate is refused.</summary>
/// <param name="Kind">For the alert of TLS.</param>
/// <param name="Text">For people: what the certificate says and what was expected, as the end of a sentence that begins with the certificate.</param>
sealed record CertificateFault(CertificateFaultKind Kind, string Text);

enum CertificateFaultKind
{
    /// <summary>None of the kinds below.</summary>
    Bad,

    /// <summary>No authority that is trusted has issued it.</summary>
    UnknownAuthority,

    /// <summary>It, or a certificate above it, is not valid any more.</summary>
    Expired,
}
