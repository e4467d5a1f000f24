using System.Security.Cryptography;

namespace ImageSdk.Srpc;

/// <summary>
/// The folder with a site's certificates: <c>CA.pem</c> with <c>CA.key</c>, perhaps <c>IdentityCA.pem</c> with
/// <c>IdentityCA.key</c>, <c>NAME/cert.pem</c> with <c>key.pem</c> for servers and <c>users/NAME/NAME.cert</c> with
/// <c>NAME.key</c> for users: names as servers and clients look for them.
/// </summary>
public sealed class CertificateSite(string directory)
{
    const UnixFileMode PublicMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode SecretMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly List<(string Path, string Text, UnixFileMode Mode)> files = [];

    /// <summary>Whether files that exist are replaced. Else they are an error, found before anything is written.</summary>
    public bool Overwrites { get; init; }

    /// <summary>The files that <c>Write</c> makes, certificates and keys in turn.</summary>
    public IEnumerable<string> Files => files.Select(file => file.Path);

    /// <param name="isForIdentity">The authority for identity only.</param>
    /// <exception cref="CryptographicException">A file is malformed.</exception>
    /// <exception cref="IOException">There is no such authority here, or no permission.</exception>
    public CertificateAuthority LoadAuthority(bool isForIdentity = false) => CertificateAuthority.Load(
        Path.Combine(directory, $"{AuthorityName(isForIdentity)}.pem"), Path.Combine(directory, $"{AuthorityName(isForIdentity)}.key"));

    public void AddAuthority(CertificateAuthority authority, bool isForIdentity = false)
    {
        using var own = new IssuedCertificate(new(authority.Certificate));
        Add($"{AuthorityName(isForIdentity)}.pem", $"{AuthorityName(isForIdentity)}.key", own);
    }

    /// <param name="name">Of the program, which becomes the folder.</param>
    /// <exception cref="FormatException">The folder is another's.</exception>
    public void AddServer(string name, IssuedCertificate certificate)
    {
        if (name == "users")
            throw new FormatException("a server can't be named users: its folder would be that of the users");
        Add(Path.Combine(name, "cert.pem"), Path.Combine(name, "key.pem"), certificate);
    }

    public void AddUser(string name, IssuedCertificate certificate) =>
        Add(Path.Combine("users", name, $"{name}.cert"), Path.Combine("users", name, $"{name}.key"), certificate);

    /// <summary>Writes all that was added: each file whole or not at all, keys for the owner's eyes only.</summary>
    /// <exception cref="IOException">A file exists or cannot be written. What this wrote is gone again, but for what was replaced.</exception>
    public void Write()
    {
        if (!Overwrites && Files.FirstOrDefault(File.Exists) is { } existing)
            throw new CertificateExistsException(existing);
        var written = new List<string>();
        try
        {
            foreach (var (path, text, mode) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                Write(path, text, mode);
                written.Add(path);
            }
        }
        catch
        {
            if (!Overwrites)
                written.ForEach(File.Delete);
            throw;
        }
    }

    static string AuthorityName(bool isForIdentity) => isForIdentity ? "IdentityCA" : "CA";

    // The key before the certificate: whoever finds a certificate finds the key.
    void Add(string certificateFile, string keyFile, IssuedCertificate issued)
    {
        files.Add((Path.Combine(directory, keyFile), issued.KeyPem, SecretMode));
        files.Add((Path.Combine(directory, certificateFile), issued.CertificatePem, PublicMode));
    }

    void Write(string path, string text, UnixFileMode mode)
    {
        var temporary = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}~";
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
            {
                using var writer = new StreamWriter(stream, leaveOpen: true);
                writer.Write(text);
                writer.Flush();
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, Overwrites);
        }
        catch (Exception problem)
        {
            File.Delete(temporary);
            // Another process made it in between.
            if (!Overwrites && problem is IOException && File.Exists(path))
                throw new CertificateExistsException(path);
            throw;
        }
    }
}

/// <summary>A file that is not to be overwritten is there already.</summary>
public sealed class CertificateExistsException(string path) : IOException($"{path} exists")
{
    public string FilePath => path;
}
