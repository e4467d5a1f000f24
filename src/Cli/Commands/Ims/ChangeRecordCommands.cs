using System.CommandLine;
using System.Text.Json.Nodes;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Ims.Http;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>imagesdk ims KIND delete: puts aside what can come back, and removes all else.</summary>
sealed class DeleteRecordCommand : ImsRecordCommand
{
    readonly Argument<string> id;
    readonly Option<bool> deleted;

    public DeleteRecordCommand(ImsKind kind, ImsServiceOption service)
        : base(kind, service, "delete", kind.IsKept ? $"Delete a {kind.Word} and its artifacts; it can come back (undelete)" : $"Remove a {kind.Word}")
    {
        Add(id = IdArgument());
        deleted = DeletedOption("One that was deleted before; then it is gone for good");
        if (kind.IsKept)
            Add(deleted);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        await client.SendAsync(HttpMethod.Delete, Kind.PathOf(arguments.GetRequiredValue(id), Kind.IsKept && arguments.GetValue(deleted)), null, context.Cancellation);
        return ExitCode.Success;
    }
}

/// <summary>imagesdk ims KIND undelete.</summary>
sealed class UndeleteRecordCommand : ImsRecordCommand
{
    readonly Argument<string> id;

    public UndeleteRecordCommand(ImsKind kind, ImsServiceOption service) : base(kind, service, "undelete", $"Take a deleted {kind.Word} back into use, with its artifacts") => Add(id = IdArgument());

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        await client.SendAsync(HttpMethod.Patch, Kind.PathOf(arguments.GetRequiredValue(id), areDeleted: true), new JsonObject { ["operation"] = "undelete" }, context.Cancellation);
        return ExitCode.Success;
    }
}
