using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Json;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk listunrefobj and showunrefobj: the objects that no image needs, without or with their sizes.</summary>
sealed class UnreferencedCommand : ImageCommand
{
    readonly bool withSizes;

    UnreferencedCommand(string name, string description, bool withSizes) : base(name, description) => this.withSizes = withSizes;

    public static UnreferencedCommand List() => new("listunrefobj", "List the objects that no image needs", withSizes: false);

    public static UnreferencedCommand Show() => new("showunrefobj", "List the objects that no image needs, with their sizes", withSizes: true);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var objects = await context.Repository.ListUnreferencedAsync(context.Cancellation);
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(objects, next => json.WriteMembers(() =>
            {
                json.WriteString("hash", next.Hash.ToString());
                json.WriteNumber("size", next.Size);
            })));
            return ExitCode.Success;
        }
        foreach (var (hash, size) in objects)
            context.Host.Text.WriteLine(withSizes ? $"{hash} {size}" : hash.ToString());
        return ExitCode.Success;
    }
}
