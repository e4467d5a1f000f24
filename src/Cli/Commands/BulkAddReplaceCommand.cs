using System.CommandLine;
using ImageSdk.Cli.Adding;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk bulk-addrep: addrep for the highest version of every image that ends in a number.</summary>
sealed class BulkAddReplaceCommand : ImageCommand
{
    readonly ReplaceOptions options = new();

    public BulkAddReplaceCommand() : base("bulk-addrep", "addrep for the newest of all images whose names end in /N or .N: N+1 is added")
    {
        options.AddTo(this);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var replacement = options.Read(arguments, context);
        var names = await context.Repository.ListAsync(new(), context.Cancellation);
        foreach (var separator in (char[])['/', '.'])
        {
            foreach (var (stem, version) in NewestVersions(names, separator))
                await replacement.AddAsync($"{stem}{separator}{version + 1}", $"{stem}{separator}{version}");
        }
        return ExitCode.Success;
    }

    static IEnumerable<(string Stem, ulong Version)> NewestVersions(IEnumerable<string> names, char separator) => names
        .Select(name => (Name: name, At: name.LastIndexOf(separator)))
        .Where(found => found.At > 0)
        .Select(found => (Stem: found.Name[..found.At], IsNumber: ulong.TryParse(found.Name.AsSpan(found.At + 1), out var version), Version: version))
        // What was not written like that has another name.
        .Where(found => found.IsNumber && names.Contains($"{found.Stem}{separator}{found.Version}"))
        .GroupBy(found => found.Stem)
        .Select(group => (group.Key, group.Max(found => found.Version)));
}
