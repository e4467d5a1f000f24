using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Options;

/// <summary>Runs a program that compares two files, such as diff. What it says with its exit code does not matter.</summary>
sealed class ToolOptions
{
    readonly Option<string?> extra = new("--diff-args") { Description = "Arguments for the tool, separated by commas", HelpName = "A,B,…" };

    public void AddTo(Command command) => command.Add(extra);

    /// <exception cref="CommandException">The program cannot be run.</exception>
    public async Task RunAsync(ParseResult arguments, string program, CommandContext context, Action<Stream> writeLeft, Action<Stream> writeRight)
    {
        using var left = new ComparedFile(writeLeft);
        using var right = new ComparedFile(writeRight);
        var given = arguments.GetValue(extra)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        context.Host.Flush();
        using var process = Start(new(program, [.. given, left.Path, right.Path]) { RedirectStandardOutput = true });
        await context.Host.WriteBytesAsync(output => process.StandardOutput.BaseStream.CopyToAsync(output, context.Cancellation));
        await process.WaitForExitAsync(context.Cancellation);
    }

    static Process Start(ProcessStartInfo command)
    {
        try
        {
            return Process.Start(command)!;
        }
        catch (Win32Exception exception)
        {
            throw new CommandException(ErrorCode.ToolFailed, $"cannot run {command.FileName}: {exception.Message}: name a program that compares two files", exception);
        }
    }

    /// <summary>One side, as a file for the time of the comparison.</summary>
    sealed class ComparedFile : IDisposable
    {
        public ComparedFile(Action<Stream> write)
        {
            using var file = new FileStream(Path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 16,
                UnixCreateMode = (UnixFileMode)Permissions.OwnerFile,
            });
            write(file);
        }

        // The original's word in it, for scripts that look for it in a tool's output.
        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"imagetool-diff{Guid.NewGuid():N}");

        public void Dispose() => File.Delete(Path);
    }
}
