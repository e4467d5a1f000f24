namespace ImageSdk.Srpc;

/// <summary>The kind of key that a new certificate gets.</summary>
public enum CertificateKeyType
{
    /// <summary>ECDSA on the curve P-256.</summary>
    Ecdsa,

    /// <summary>RSA with 3072 bits, for peers that know nothing newer.</summary>
    Rsa,
}
