using System.CommandLine;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands.Certs;

/// <summary>imagesdk certs server: a certificate for another server.</summary>
sealed class CertsServerCommand : IssuingCommand
{
    public const string DefaultName = "imageserver";

    readonly Argument<string[]> hosts = new("HOST") { Description = "Its DNS names and IP addresses", Arity = ArgumentArity.OneOrMore };
    readonly Option<string> site = SiteOption();

    readonly Option<string> name = new("--name")
    {
        Description = "What it is called where it calls other servers; also the folder of the certificate",
        DefaultValueFactory = _ => DefaultName,
        HelpName = "NAME",
    };

    readonly Option<string[]> methods = ListOption("--method", "PATTERN", "What it may call instead of what a replica needs");
    readonly Option<string[]> groups = ListOption("--group", "GROUP", "Groups it belongs to");

    public CertsServerCommand() : base("server", "Make a certificate for a server, which it also shows where it calls others")
    {
        Add(hosts);
        foreach (var option in (Option[])[site, name, methods, groups])
            Add(option);
    }

    protected override string ReadDirectory(ParseResult arguments) => arguments.GetValue(site)!;

    protected override void Issue(ParseResult arguments, CertificateSite site)
    {
        using var authority = LoadAuthority(site, isForIdentity: false);
        var called = arguments.GetValue(name)!;
        using var issued = authority.Issue(Terms(arguments, called) with
        {
            Hosts = [.. arguments.GetValue(hosts)!.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries))],
            Methods = ReadList(arguments, methods) is { Length: > 0 } chosen ? chosen : CertificateRole.Server,
            Groups = ReadList(arguments, groups),
        });
        site.AddServer(called, issued);
    }
}
