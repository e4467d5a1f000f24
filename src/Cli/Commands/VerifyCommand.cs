using System.CommandLine;
using ImageSdk.Cli.Checking;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk verify: whether images can be read and their objects are there.</summary>
sealed class VerifyCommand : LocalCommand
{
    readonly Argument<string?> image = new("IMAGE")
    {
        Description = "One image (name, stream or image file) instead of the whole store",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<bool> content = new("--content") { Description = "Read every object as well and compare its hash" };

    public VerifyCommand() : base("verify", "Check the store: exit code 0 no faults, 1 faults, 2 error")
    {
        Add(image);
        Add(content);
    }

    protected override int Execute(ParseResult arguments, CommandContext context)
    {
        var faults = FindFaults(arguments.GetValue(image), arguments.GetValue(content), context);
        var count = 0;
        if (context.IsJson)
        {
            context.Host.WriteJson(json => json.WriteList(faults, fault => json.WriteMembers(() =>
            {
                count++;
                json.WriteString("image", fault.Image);
                json.WriteText("object", fault.Object?.ToString());
                json.WriteString("reason", fault.Reason);
            })));
        }
        else
        {
            foreach (var fault in faults)
            {
                count++;
                context.Host.Text.WriteLine(OneLine.Of($"{fault.Image}: {fault.Reason}"));
                // A check of a large store takes long: what was found should be seen.
                context.Host.Text.Flush();
            }
        }
        return count == 0 ? ExitCode.Success : ExitCode.No;
    }

    static IEnumerable<StoreFault> FindFaults(string? reference, bool withContent, CommandContext context)
    {
        // First of all: objects that may not be read would all be missing.
        var objects = context.Objects;
        if (reference is null)
            return context.Images.Verify(withContent, context.Cancellation);
        try
        {
            return ImageCheck.FindFaults(context.FindAsync(reference).GetAwaiter().GetResult(), objects, withContent, context.Cancellation);
        }
        catch (CommandException exception) when (exception.Code == ErrorCode.DamagedImage)
        {
            // To find this is what the command is for.
            return [new StoreFault(reference, null, exception.Message)];
        }
    }
}
