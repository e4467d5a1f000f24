using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Artifacts.Boot;

/// <summary>What programs for UEFI are signed by. The key is read where it lies when it is used, and kept nowhere.</summary>
sealed class SecureBootKey : IDisposable
{
    const int LeastBits = 2048;
    const int MostBytes = 1 << 20;

    readonly RSA key;

    SecureBootKey(RSA key, X509Certificate2 certificate)
    {
        this.key = key;
        Certificate = certificate;
    }

    public X509Certificate2 Certificate { get; }

    public static IReadOnlyList<ArtifactOption> Options { get; } = [PathOption("SecureBootKey"), PathOption("SecureBootCertificate")];

    /// <summary>Files whose content an artifact depends on. A key that fits the certificate makes the same signatures.</summary>
    public static IReadOnlyList<string> InputFiles(ArtifactSettings settings) => settings["SecureBootCertificate"] is { Length: > 0 } file ? [file] : [];

    /// <summary>Reads what the settings name; null where they name none.</summary>
    /// <exception cref="ArtifactException">IMG1702: one of the two is missing, or they can't be used.</exception>
    public static SecureBootKey? Of(ArtifactSettings settings)
    {
        var (keyFile, certificateFile) = (settings["SecureBootKey"], settings["SecureBootCertificate"]);
        if (keyFile.Length == 0 && certificateFile.Length == 0)
            return null;
        if (keyFile.Length == 0 || certificateFile.Length == 0)
            throw new ArtifactException("IMG1702", $"Signing for Secure Boot needs a key and its certificate; {(keyFile.Length == 0 ? "SecureBootKey (property ImageSecureBootKey)" : "SecureBootCertificate (property ImageSecureBootCertificate)")} is not set. Set both, or none.");
        var certificate = Read(certificateFile, "a certificate in PEM", text => X509Certificate2.CreateFromPem(text));
        var key = Read(keyFile, "an RSA key in PEM without a passphrase", text =>
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(text);
            return rsa;
        });
        using var known = certificate.GetRSAPublicKey();
        if (known is null || key.KeySize < LeastBits)
            throw Fault(known is null ? certificateFile : keyFile, $"firmware checks RSA keys of {LeastBits} bits or more, and it is of another kind");
        if (!known.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
            throw Fault(keyFile, $"it is not the key of the certificate {certificateFile}");
        return new(key, certificate);
    }

    public byte[] Sign(ReadOnlySpan<byte> data) => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    static T Read<T>(string file, string expected, Func<string, T> read)
    {
        try
        {
            // Anything that is not a file of a few pages is none of these, and may have no end.
            if (new FileInfo(file) is not { Exists: true, Length: > 0 and < MostBytes })
                throw Fault(file, $"it is no file with {expected}");
            return read(File.ReadAllText(file));
        }
        // What the parser says may have parts of the key in it.
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw Fault(file, $"it is not {expected}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Fault(file, exception.Message);
        }
    }

    static ArtifactException Fault(string file, string what) => new("IMG1702", $"{file} can't be used to sign for Secure Boot: {what}. Correct ImageSecureBootKey and ImageSecureBootCertificate.");

    static ArtifactOption PathOption(string name) => ArtifactOption.Text(name, "", "an absolute path of a file in PEM", text => text.StartsWith('/') && !text.Contains('\0'));

    public void Dispose()
    {
        key.Dispose();
        Certificate.Dispose();
    }
}
