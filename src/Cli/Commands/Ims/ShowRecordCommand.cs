using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Text;
using ImageSdk.Ims;
using ImageSdk.Ims.Http;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>imagesdk ims KIND show: a record, with the artifacts of an image and how a node is.</summary>
sealed class ShowRecordCommand : ImsRecordCommand
{
    readonly Argument<string> id;
    readonly Option<bool> deleted;

    public ShowRecordCommand(ImsKind kind, ImsServiceOption service) : base(kind, service, "show", $"Show a {kind.Word}")
    {
        Add(id = IdArgument());
        deleted = DeletedOption("One that was deleted and can come back");
        if (kind.IsKept)
            Add(deleted);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        var (wanted, isDeleted) = (arguments.GetRequiredValue(id), Kind.IsKept && arguments.GetValue(deleted));
        var path = Kind == ImsKind.Nodes ? $"/v3/{Kind.Path}/status/{Uri.EscapeDataString(wanted)}" : Kind.PathOf(wanted, isDeleted);
        var record = (await client.SendAsync(HttpMethod.Get, path, null, context.Cancellation))!.AsObject();
        if (Kind == ImsKind.Images && record["link"] is not null && await ArtifactsAsync(client, path, context.Cancellation) is { } artifacts)
            record["artifacts"] = artifacts;
        if (context.IsJson)
            context.Host.WriteJson(json => record.WriteTo(json));
        else
            Write(context.Host.Text, record, "");
        return ExitCode.Success;
    }

    // The original has no such list, and a manifest may be lost.
    static async Task<JsonNode?> ArtifactsAsync(ImsClient client, string path, CancellationToken cancellation)
    {
        try
        {
            return await client.SendAsync(HttpMethod.Get, path + "/artifacts", null, cancellation);
        }
        catch (ImsException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
        {
            return null;
        }
    }

    static void Write(TextWriter output, JsonObject record, string indent)
    {
        foreach (var (name, value) in record)
            switch (value)
            {
                case JsonObject members:
                    output.WriteLine(OneLine.Of($"{indent}{name}:"));
                    Write(output, members, indent + "  ");
                    break;
                case JsonArray items:
                    output.WriteLine(OneLine.Of($"{indent}{name}:"));
                    foreach (var item in items)
                    {
                        output.WriteLine($"{indent}  -");
                        Write(output, item as JsonObject ?? new JsonObject { ["value"] = item?.DeepClone() }, indent + "    ");
                    }
                    break;
                default:
                    output.WriteLine(OneLine.Of($"{indent}{name}: {value}"));
                    break;
            }
    }
}
