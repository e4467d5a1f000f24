using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Repositories;
using ImageSdk.Dominator;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Options;

/// <summary>--mdb: the machine database (mdbd).</summary>
sealed class MdbOption : Option<string>
{
    const int DefaultPort = 6973;

    public MdbOption() : base("--mdb")
    {
        Description = $"The machine database (mdbd) [default: localhost:{DefaultPort}]";
        HelpName = "HOST[:PORT]";
        DefaultValueFactory = _ => "localhost";
    }

    public SrpcAddress ReadAddress(ParseResult arguments) => ServerOptions.ParseAddress("--mdb", arguments.GetRequiredValue(this), DefaultPort);

    /// <summary>Asks the database one question.</summary>
    /// <exception cref="ImageSdk.Cli.Errors.CommandException">It cannot be reached.</exception>
    public async Task<T> AskAsync<T>(ParseResult arguments, CommandContext context, Func<MdbServerClient, Task<T>> ask)
    {
        await using var connection = await context.ConnectAsync(ReadAddress(arguments));
        return await ask(new MdbServerClient(connection));
    }

    public Task<IReadOnlyList<Machine>> GetMachinesAsync(ParseResult arguments, CommandContext context) =>
        AskAsync(arguments, context, client => client.GetMachinesAsync(context.Cancellation));

    public Task<IReadOnlyCollection<string>> ListImagesAsync(ParseResult arguments, CommandContext context) =>
        AskAsync(arguments, context, client => client.ListImagesAsync(context.Cancellation));
}
