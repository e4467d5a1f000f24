using System.CommandLine;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands.Certs;

/// <summary>imagesdk certs user: a certificate for another user.</summary>
sealed class CertsUserCommand : IssuingCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The user" };
    readonly Option<string> site = SiteOption();
    readonly Option<string[]> groups = ListOption("--group", "GROUP", "Groups the user belongs to");
    readonly Option<string[]> methods = ListOption("--method", "PATTERN", "What the user may call, for instance 'ImageServer.*'; without any, what is open to all users");
    readonly Option<bool> identity = new("--identity") { Description = "Of the authority for identity, which gives no powers" };

    public CertsUserCommand() : base("user", "Make a certificate for a user")
    {
        Add(name);
        foreach (var option in (Option[])[site, groups, methods, identity])
            Add(option);
    }

    protected override string ReadDirectory(ParseResult arguments) => arguments.GetValue(site)!;

    protected override void Issue(ParseResult arguments, CertificateSite site)
    {
        var terms = Terms(arguments, arguments.GetValue(name)!) with { Groups = ReadList(arguments, groups), Methods = ReadList(arguments, methods) };
        var isForIdentity = arguments.GetValue(identity);
        if (isForIdentity && terms.Methods.Count > 0)
            throw new FormatException("the authority for identity gives no powers: leave out --method or --identity");
        using var authority = LoadAuthority(site, isForIdentity);
        using var issued = authority.Issue(terms);
        site.AddUser(terms.Name, issued);
    }
}
