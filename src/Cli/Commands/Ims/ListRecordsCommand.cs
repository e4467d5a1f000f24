using System.CommandLine;
using System.Text.Json;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Images.Text;
using ImageSdk.Ims.Http;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>imagesdk ims KIND list.</summary>
sealed class ListRecordsCommand : ImsRecordCommand
{
    static readonly JsonWriterOptions indented = new() { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Option<string?> name = new("--name") { Description = "Those of this name alone", HelpName = "NAME" };
    readonly Option<bool> deleted;

    public ListRecordsCommand(ImsKind kind, ImsServiceOption service) : base(kind, service, "list", $"List {kind.Name}, the oldest first")
    {
        deleted = DeletedOption("Those that were deleted and can come back");
        if (kind.IsKept)
        {
            Add(deleted);
            Add(name);
        }
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context, ImsClient client)
    {
        var wanted = Kind.IsKept ? arguments.GetValue(name) : null;
        var path = Kind.PathOf(areDeleted: Kind.IsKept && arguments.GetValue(deleted)) + (wanted is null ? "" : $"?name={Uri.EscapeDataString(wanted)}");
        // The original knows no such query.
        var records = client.ListAsync(path, context.Cancellation).Where(record => wanted is null || record["name"]?.ToString() == wanted);
        if (context.IsJson)
            await context.Host.WriteBytesAsync(async output =>
            {
                await using var json = new Utf8JsonWriter(output, indented);
                json.WriteStartArray();
                await foreach (var record in records)
                {
                    record.WriteTo(json);
                    await json.FlushAsync(context.Cancellation);
                }
                json.WriteEndArray();
                await json.FlushAsync(context.Cancellation);
                output.WriteByte((byte)'\n');
            });
        else
        {
            var rows = new List<string[]> { Kind.Columns.Select(column => column.Heading).ToArray() };
            await foreach (var record in records)
                rows.Add([.. Kind.Columns.Select(column => column.Field(record))]);
            TextColumns.WriteTable(context.Host.Text, rows);
        }
        return ExitCode.Success;
    }
}
