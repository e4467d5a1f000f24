using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Json;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands.Certs;

/// <summary>imagesdk certs show: what certificates say.</summary>
sealed class CertsShowCommand : ImageCommand
{
    readonly Argument<string> file = new("FILE") { Description = "A file of PEM certificates" };

    public CertsShowCommand() : base("show", "Show user, groups, methods, validity and fingerprint of certificates") => Add(file);

    protected override Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var described = Read(arguments.GetValue(file)!);
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteList(described, certificate => certificate.Write(json)));
        else
            context.Host.Text.Write(string.Join("\n", described.Select(certificate => certificate.ToText(DateTimeOffset.UtcNow))));
        return Task.FromResult(ExitCode.Success);
    }

    static IReadOnlyList<CertificateDescription> Read(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(File.ReadAllText(path));
            return certificates.Count > 0
                ? [.. certificates.Select(CertificateDescription.Of)]
                : throw new CommandException(ErrorCode.DamagedCertificate, $"{path}: there is no certificate in it");
        }
        catch (Exception problem) when (problem is CryptographicException or SrpcException)
        {
            throw new CommandException(ErrorCode.DamagedCertificate, $"{path}: {problem.Message}", problem);
        }
    }
}
