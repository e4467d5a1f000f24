using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageSdk.Dominator;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

public sealed class AttestTests : IDisposable
{
    static readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    readonly SampleStore sample = new();

    string Image => sample.Temporary["app ü.image"];

    string Document(string kind) => AttestationKinds.FileBeside(Image, kind);

    public AttestTests()
    {
        using (var file = File.Create(Image))
            ImageFile.Write(file, SampleImage.Make(sample.Store.Objects));
        var hash = TreeHash.Compute(SampleImage.Make(sample.Store.Objects).FileSystem!);
        File.WriteAllText(Document("spdx"), "{\n  \"spdxVersion\": \"SPDX-2.3\"\n}\n");
        File.WriteAllText(Document("cyclonedx"), "{}\n");
        File.WriteAllText(Document("provenance"), """{"subject": [{"digest": {"imageTreeSha512": "HASH"}}]}""".Replace("HASH", hash.ToString()));
        File.WriteAllText(sample.Temporary["key.pem"], key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(sample.Temporary["public.pem"], key.ExportSubjectPublicKeyInfoPem());
    }

    public void Dispose() => sample.Dispose();

    CommandRun Verify(string trusted = "public.pem") => sample.Run("attest", "verify", Image, "--key", sample.Temporary[trusted]);

    void Sign(params string[] more) => Assert.Equal("", sample.Run(["attest", "sign", Image, "--key", sample.Temporary["key.pem"], .. more]).Error);

    [Fact]
    public void Signed_documents_are_verified_and_each_change_is_named()
    {
        Assert.Contains("app ü.spdx.json: it is not signed", Verify().Output);
        Sign();
        Assert.Equal((0, ""), (Verify().ExitCode, Verify().Output));

        var spdx = File.ReadAllText(Document("spdx"));
        File.WriteAllText(Document("spdx"), spdx.Replace("2.3", "2.2"));
        Assert.Equal($"{Document("spdx")}: it is not the document that was signed\n", Verify().Output);
        Assert.Equal(1, Verify().ExitCode);
        File.WriteAllText(Document("spdx"), spdx);

        var bundle = sample.Temporary["app ü.cdx.sigstore.json"];
        var text = File.ReadAllText(bundle);
        File.Copy(sample.Temporary["app ü.spdx.sigstore.json"], bundle, overwrite: true);
        Assert.Equal($"{Document("cyclonedx")}: what is signed is a document of another kind\n", Verify().Output);
        File.WriteAllText(bundle, text.Replace("\"payload\": \"", "\"payload\": \"e30K"));
        Assert.Equal($"{Document("cyclonedx")}: its signature is not by this key\n", Verify().Output);
        File.WriteAllText(bundle, "{");
        Assert.Contains("cannot be used: it is no bundle of Sigstore", Verify().Output);
        File.WriteAllText(bundle, text);

        using (var file = File.Create(Image))
            ImageFile.Write(file, SampleImage.Change(SampleImage.Make(sample.Store.Objects), sample.Store.Objects));
        Assert.Equal(3, Verify().Lines.Count(line => line.Contains("it is about another image")));
    }

    [Fact]
    public void A_certificate_counts_by_its_authority()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = new CertificateRequest("CN=builder", key, HashAlgorithmName.SHA256).Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1]);
        File.WriteAllText(sample.Temporary["authority.pem"], authority.ExportCertificatePem());
        File.WriteAllText(sample.Temporary["builder.pem"], certificate.ExportCertificatePem());
        Sign("--certificate", sample.Temporary["builder.pem"]);
        Assert.Equal(0, Verify("authority.pem").ExitCode);
        Assert.Equal(0, Verify("builder.pem").ExitCode);
        using var other = new CertificateRequest("CN=authority", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(sample.Temporary["other.pem"], other.ExportCertificatePem());
        Assert.Equal(3, Verify("other.pem").Lines.Count(line => line.Contains("is not by this authority")));
        sample.Run("attest", "sign", Image, "--key", sample.Temporary["key.pem"], "--certificate", sample.Temporary["other.pem"]).AssertError("IMG1640");
    }

    [Fact]
    public void A_key_that_cannot_be_used_is_an_error_without_the_key()
    {
        sample.Run("attest", "sign", Image).AssertError("IMG1640");
        sample.Run("attest", "sign", Image, "--key", sample.Temporary["public.pem"]).AssertError("IMG1640");
        File.WriteAllText(sample.Temporary["weak.pem"], RSA.Create(1024).ExportPkcs8PrivateKeyPem());
        sample.Run("attest", "sign", Image, "--key", sample.Temporary["weak.pem"]).AssertError("IMG1640");
        var run = sample.Run(new RunSettings { Variables = { ["IMAGESDK_SIGNING_KEY"] = key.ExportEncryptedPkcs8PrivateKeyPem("secret", new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)), ["IMAGESDK_SIGNING_PASSWORD"] = "secret" } }, "attest", "sign", Image);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.Equal(0, Verify().ExitCode);
    }
}
