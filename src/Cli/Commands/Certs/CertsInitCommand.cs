using System.CommandLine;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands.Certs;

/// <summary>imagesdk certs init: all certificates of a new site.</summary>
sealed class CertsInitCommand : IssuingCommand
{
    const int MaxNameLength = 64;

    readonly Argument<string> directory = new("DIR") { Description = "The folder to put them into" };

    readonly Option<string[]> server = ListOption("--server", "HOST", "DNS names and IP addresses of the image server, with commas between");
    readonly Option<string> admin = new("--admin") { Description = "User who may do everything", DefaultValueFactory = _ => "admin", HelpName = "NAME" };
    readonly Option<string> reader = new("--reader") { Description = "User who may read everything", DefaultValueFactory = _ => "reader", HelpName = "NAME" };
    readonly Option<string[]> users = ListOption("--user", "NAME", "Further users, without powers: they own what they make");
    readonly Option<bool> identity = new("--identity-ca") { Description = "Make also an authority that vouches for users but gives no powers" };

    readonly Option<int> authorityDays = new("--ca-days")
    {
        Description = "How long the authority is valid",
        DefaultValueFactory = _ => 3650,
        HelpName = "N",
    };

    public CertsInitCommand() : base("init", "Make an authority, and certificates for an image server, an administrator and a reader")
    {
        server.Required = true;
        Add(directory);
        foreach (var option in (Option[])[server, admin, reader, users, identity, authorityDays])
            Add(option);
    }

    protected override string ReadDirectory(ParseResult arguments) => arguments.GetValue(directory)!;

    protected override void Issue(ParseResult arguments, CertificateSite site)
    {
        var hosts = ReadList(arguments, server);
        using var authority = NewAuthority(arguments, "CA", hosts);
        site.AddAuthority(authority);
        if (arguments.GetValue(identity))
        {
            // Its name must differ: servers tell the two apart by it.
            using var other = NewAuthority(arguments, "identity CA", hosts);
            site.AddAuthority(other, isForIdentity: true);
        }
        using var issued = authority.Issue(Terms(arguments, CertsServerCommand.DefaultName) with { Hosts = hosts, Methods = CertificateRole.Server });
        site.AddServer(CertsServerCommand.DefaultName, issued);
        AddUser(arguments.GetValue(admin)!, CertificateRole.Administrator);
        AddUser(arguments.GetValue(reader)!, CertificateRole.Reader);
        foreach (var user in ReadList(arguments, users))
            AddUser(user, []);

        void AddUser(string name, IReadOnlyList<string> methods)
        {
            using var certificate = authority.Issue(Terms(arguments, name) with { Methods = methods });
            site.AddUser(name, certificate);
        }
    }

    CertificateAuthority NewAuthority(ParseResult arguments, string kind, string[] hosts)
    {
        var name = $"{kind} of {hosts[0]}";
        return CertificateAuthority.Create(Terms(arguments, name[..Math.Min(name.Length, MaxNameLength)], arguments.GetValue(authorityDays)));
    }
}
