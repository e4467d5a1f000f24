using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Repositories;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands.Fleet;

/// <summary>imagesdk show-bad-computed-files: computed files that no file generator makes, with the machines they are for.</summary>
sealed class ShowBadComputedFilesCommand : ImageCommand
{
    const int GeneratorPort = 6972;

    readonly MdbOption mdb = new();

    public ShowBadComputedFilesCommand() : base(
        "show-bad-computed-files", "Show images with computed files that their file generator does not make, and the machines that have or will have them") => Add(mdb);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var generated = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var found = new List<(string Image, ComputedFile[] Missing, string[] Machines)>();
        foreach (var (image, machines) in Images(await mdb.GetMachinesAsync(arguments, context)))
        {
            var files = await context.Server.AskAsync(images => images.GetComputedFilesAsync(image, context.Cancellation), context.Cancellation);
            if (files is null)
            {
                context.Warn(ErrorCode.UnknownImage, $"the server has no image {OneLine.Of(image)}, which the machine database names");
                continue;
            }
            foreach (var source in files.Select(file => file.Source).Where(source => !generated.ContainsKey(source)).Distinct().ToArray())
                generated.Add(source, await ListAsync(source, arguments, context));
            ComputedFile[] missing = [.. files.Where(file => !generated[file.Source].Contains(file.Filename.ToString()))];
            if (missing.Length > 0)
                found.Add((image, missing, machines));
        }
        if (context.IsJson)
            WriteJson(context, found);
        else
            WriteText(context.Host.Text, found);
        return ExitCode.Success;
    }

    /// <summary>The machines that have or will have to have each image.</summary>
    static IEnumerable<(string Image, string[] Machines)> Images(IReadOnlyList<Machine> machines) => machines
        .SelectMany(machine => new[] { machine.RequiredImage, machine.PlannedImage }.Where(image => image.Length > 0).Distinct().Select(image => (image, machine.Hostname)))
        .GroupBy(pair => pair.image, pair => pair.Hostname, StringComparer.Ordinal)
        .OrderBy(group => group.Key, VersionOrder.Instance)
        .Select(group => (group.Key, group.Order(VersionOrder.Instance).ToArray()));

    /// <summary>The paths that a file generator makes files for. "localhost" is the machine of the machine database, as seen from machines.</summary>
    async Task<HashSet<string>> ListAsync(string source, ParseResult arguments, CommandContext context)
    {
        var address = ServerOptions.ParseAddress("source of a computed file", source, GeneratorPort);
        if (address.Host == "localhost")
            address = address with { Host = mdb.ReadAddress(arguments).Host };
        await using var connection = await context.ConnectAsync(address);
        try
        {
            return (await new FileGeneratorClient(connection).ListPathsAsync(context.Cancellation)).ToHashSet(StringComparer.Ordinal);
        }
        catch (SrpcException refusal) when (refusal.IsFromServer)
        {
            return await ReadPageAsync(address, refusal, context.Cancellation);
        }
    }

    /// <summary>Older generators, and those that do not let everybody ask, have the list on a page for all.</summary>
    static async Task<HashSet<string>> ReadPageAsync(SrpcAddress address, SrpcException refusal, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        try
        {
            var lines = await http.GetStringAsync($"http://{address}/listGenerators", cancellation);
            return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        }
        catch (HttpRequestException)
        {
            throw new CommandException(ErrorCode.ServerRefuses, $"the file generator {address} says: {refusal.Message}", refusal);
        }
    }

    static void WriteText(TextWriter output, List<(string Image, ComputedFile[] Missing, string[] Machines)> found)
    {
        foreach (var (image, missing, machines) in found)
        {
            output.WriteLine(OneLine.Of($"{image} has missing computed files"));
            output.WriteLine("  missing computed files:");
            foreach (var file in missing)
                output.WriteLine(OneLine.Of($"    {file.Filename}:{file.Source}"));
            output.WriteLine("  affected subs:");
            foreach (var machine in machines)
                output.WriteLine(OneLine.Of($"    {machine}"));
        }
    }

    static void WriteJson(CommandContext context, List<(string Image, ComputedFile[] Missing, string[] Machines)> found) =>
        context.Host.WriteJson(json => json.WriteList(found, item => json.WriteMembers(() =>
        {
            json.WriteString("image", item.Image);
            json.WriteList("missing", item.Missing.Select(file => $"{file.Filename}:{file.Source}"));
            json.WriteList("machines", item.Machines);
        })));
}
