using System.CommandLine;
using System.Security.Cryptography;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands.Certs;

/// <summary>A command that makes certificates.</summary>
abstract class IssuingCommand : ImageCommand
{
    public const int MaxDays = 36500;

    // Clocks of servers and users differ.
    static readonly TimeSpan Leeway = TimeSpan.FromMinutes(5);

    readonly Option<int> days = new("--days")
    {
        Description = "How long the certificates are valid, but no longer than their authority",
        DefaultValueFactory = _ => 365,
        HelpName = "N",
    };

    readonly Option<CertificateKeyType> keyType = new("--key")
    {
        Description = "The kind of the new keys: ECDSA on P-256 (the default), or RSA with 3072 bits",
        HelpName = "ecdsa|rsa",
    };

    readonly Option<bool> force = new("--force") { Description = "Replace certificates and keys that exist" };

    protected IssuingCommand(string name, string description) : base(name, description)
    {
        Add(days);
        Add(keyType);
        Add(force);
    }

    // A few files at most; the half of a pair is worse than a moment's wait.
    protected override bool NeedsCleaning => true;

    protected sealed override Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        try
        {
            var site = new CertificateSite(Path.GetFullPath(ReadDirectory(arguments))) { Overwrites = arguments.GetValue(force) };
            Issue(arguments, site);
            site.Write();
            Show(context, [.. site.Files]);
            return Task.FromResult(ExitCode.Success);
        }
        catch (FormatException problem)
        {
            throw new CommandException(ErrorCode.BadCertificateTerms, $"{problem.Message}.", problem);
        }
        catch (CertificateExistsException problem)
        {
            throw new CommandException(ErrorCode.CertificateExists, $"{problem.FilePath} exists: choose another name, or replace it with --force", problem);
        }
    }

    /// <summary>Adds certificates to a site.</summary>
    protected abstract void Issue(ParseResult arguments, CertificateSite site);

    protected abstract string ReadDirectory(ParseResult arguments);

    protected CertificateTerms Terms(ParseResult arguments, string name) => Terms(arguments, name, arguments.GetValue(days));

    protected CertificateTerms Terms(ParseResult arguments, string name, int validDays)
    {
        if (validDays is < 1 or > MaxDays)
            throw new FormatException($"{validDays} is no number of days from 1 to {MaxDays}");
        var now = DateTimeOffset.UtcNow;
        return new(name) { KeyType = arguments.GetValue(keyType), NotBefore = now - Leeway, NotAfter = now.AddDays(validDays) };
    }

    protected static CertificateAuthority LoadAuthority(CertificateSite site, bool isForIdentity)
    {
        try
        {
            return site.LoadAuthority(isForIdentity);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(ErrorCode.NoAuthority, $"there is no authority: {problem.Message} Name its folder with --site, or make one with imagesdk certs init", problem);
        }
        catch (CryptographicException problem)
        {
            throw new CommandException(ErrorCode.DamagedCertificate, $"the authority can't be used: {problem.Message}", problem);
        }
    }

    protected static Option<string> SiteOption() => new("--site")
    {
        Description = "The folder with CA.pem and CA.key, as imagesdk certs init makes it",
        DefaultValueFactory = _ => ".",
        HelpName = "DIR",
    };

    /// <summary>An option that may be given several times, and with commas between its values.</summary>
    protected static Option<string[]> ListOption(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
    };

    protected static string[] ReadList(ParseResult arguments, Option<string[]> option) =>
        [.. (arguments.GetValue(option) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries))];

    static void Show(CommandContext context, string[] files)
    {
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteMembers(() => json.WriteList("files", files)));
        else
            foreach (var file in files)
                context.Host.Text.WriteLine(OneLine.Of(file));
    }
}
