using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>
/// Has OpenSSL ask for a verdict on the peer's certificate in the middle of the handshake. The platform on Linux lets every
/// certificate pass there, asks its user when all is over and then drops the connection without a word, so that the peer learns
/// nothing; OpenSSL itself sends the right alert where its verification fails.
/// </summary>
/// <remarks>
/// Reaches for the handle inside <see cref="SslStream"/>. Where that or OpenSSL 3 is not found, all is as the platform has it: the
/// certificate is verified at the end, and no alert is sent.
/// </remarks>
sealed unsafe partial class HandshakeAlerts : IDisposable
{
    // X509_V_ERR_…: OpenSSL makes alerts of them.
    const int HasExpired = 10; // certificate_expired
    const int NoIssuer = 20; // unknown_ca
    const int Rejected = 28; // bad_certificate

    const int FailIfNoCertificate = 2; // SSL_VERIFY_FAIL_IF_NO_PEER_CERT

    static readonly ConcurrentDictionary<nint, HandshakeAlerts> underWay = [];
    static readonly FieldInfo? handleField = FindHandle();
    static readonly bool isAvailable = handleField is not null && HasOpenSsl();

    readonly SslStream stream;
    readonly Func<X509Certificate2, X509Certificate2Collection, CertificateFault?> verify;
    nint handle;
    CertificateFault? fault;
    bool isVerified;

    /// <param name="verify">Why a certificate is refused; null where it is not. Must not throw.</param>
    public HandshakeAlerts(SslStream stream, Func<X509Certificate2, X509Certificate2Collection, CertificateFault?> verify)
    {
        this.stream = stream;
        this.verify = verify;
    }

    /// <summary>To be called before each read of the handshake: OpenSSL's handle is there once the peer's first message has been.</summary>
    public void Prepare()
    {
        if (!isAvailable || handle != 0 || handleField!.GetValue(stream) is not SafeHandle { IsInvalid: false } found)
            return;
        handle = found.DangerousGetHandle();
        underWay[handle] = this;
        SetVerify(handle, GetVerifyMode(handle) | FailIfNoCertificate, &OnVerify);
    }

    // The platform may have given the handle up already, and another handshake have it.
    public void Dispose()
    {
        if (handle != 0)
            underWay.TryRemove(new(handle, this));
    }

    // Called for each certificate and each fault that OpenSSL finds, which with no authorities of its own is at least one.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnVerify(int isGood, nint context)
    {
        const int goOn = 1, stop = 0;
        try
        {
            if (!underWay.TryGetValue(GetContextData(context, GetContextDataIndex()), out var handshake))
                return goOn;
            if (handshake.Verify(context) is not { } fault)
                return goOn;
            SetError(context, fault.Kind switch
            {
                CertificateFaultKind.Expired => HasExpired,
                CertificateFaultKind.UnknownAuthority => NoIssuer,
                _ => Rejected,
            });
            return stop;
        }
        catch (Exception)
        {
            // Nothing may pass through native frames. The platform asks again at the end.
            return goOn;
        }
    }

    CertificateFault? Verify(nint context)
    {
        if (!isVerified)
        {
            using var leaf = Load(GetLeaf(context));
            fault = verify(leaf, LoadOthers(GetUntrusted(context), leaf));
            isVerified = true;
        }
        return fault;
    }

    static X509Certificate2Collection LoadOthers(nint stack, X509Certificate2 leaf)
    {
        var others = new X509Certificate2Collection();
        for (var index = 0; stack != 0 && index < StackCount(stack); index++)
        {
            var other = Load(StackValue(stack, index));
            if (!other.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span))
                others.Add(other);
        }
        return others;
    }

    static X509Certificate2 Load(nint certificate)
    {
        var length = Encode(certificate, null);
        if (certificate == 0 || length <= 0)
            throw new CryptographicException("a certificate of the handshake cannot be read");
        var der = new byte[length];
        fixed (byte* start = der)
        {
            var end = start;
            _ = Encode(certificate, &end); // As long as the call before said.
        }
        return X509CertificateLoader.LoadCertificate(der);
    }

    [DynamicDependency("_securityContext", typeof(SslStream))]
    static FieldInfo? FindHandle() => typeof(SslStream).GetField("_securityContext", BindingFlags.Instance | BindingFlags.NonPublic);

    static bool HasOpenSsl() => NativeLibrary.TryLoad(Ssl, out _) && NativeLibrary.TryLoad(Crypto, out _);

    const string Ssl = "libssl.so.3";
    const string Crypto = "libcrypto.so.3";

    [LibraryImport(Ssl, EntryPoint = "SSL_set_verify")]
    private static partial void SetVerify(nint ssl, int mode, delegate* unmanaged[Cdecl]<int, nint, int> callback);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_verify_mode")]
    private static partial int GetVerifyMode(nint ssl);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_ex_data_X509_STORE_CTX_idx")]
    private static partial int GetContextDataIndex();

    [LibraryImport(Crypto, EntryPoint = "X509_STORE_CTX_get_ex_data")]
    private static partial nint GetContextData(nint context, int index);

    [LibraryImport(Crypto, EntryPoint = "X509_STORE_CTX_get0_cert")]
    private static partial nint GetLeaf(nint context);

    [LibraryImport(Crypto, EntryPoint = "X509_STORE_CTX_get0_untrusted")]
    private static partial nint GetUntrusted(nint context);

    [LibraryImport(Crypto, EntryPoint = "X509_STORE_CTX_set_error")]
    private static partial void SetError(nint context, int error);

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_sk_num")]
    private static partial int StackCount(nint stack);

    [LibraryImport(Crypto, EntryPoint = "OPENSSL_sk_value")]
    private static partial nint StackValue(nint stack, int index);

    [LibraryImport(Crypto, EntryPoint = "i2d_X509")]
    private static partial int Encode(nint certificate, byte** output);
}
