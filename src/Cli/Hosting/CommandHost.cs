using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Hosting;

/// <summary>What a command sees of the process it runs in.</summary>
sealed class CommandHost(Stream output, TextWriter error)
{
    public const string ToolName = "imagesdk";

    const int BufferSize = 1 << 16;

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    readonly TextWriter text = new StreamWriter(output, Utf8, BufferSize) { NewLine = "\n" };

    /// <summary>Standard output is a terminal: tables are for people then.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Standard error is a terminal: progress can be drawn there.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>May give files away and make device nodes.</summary>
    public bool IsRoot { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> GetVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Standard output as text. Not on the way before <see cref="Flush"/>.</summary>
    public TextWriter Text => text;

    public TextWriter Error => error;

    public void Warn(string code, string message) => error.WriteLine($"{ToolName}: warning {code}: {message}");

    /// <summary>Writes bytes to standard output, behind what was written as text.</summary>
    public void WriteBytes(Action<Stream> write)
    {
        text.Flush();
        // Not disposed, as it would take standard output along.
        var buffered = new BufferedStream(output, BufferSize);
        write(buffered);
        buffered.Flush();
    }

    /// <inheritdoc cref="WriteBytes"/>
    public async Task WriteBytesAsync(Func<Stream, Task> write)
    {
        await text.FlushAsync();
        var buffered = new BufferedStream(output, BufferSize);
        await write(buffered);
        await buffered.FlushAsync();
    }

    public void Flush()
    {
        text.Flush();
        output.Flush();
    }

    public static CommandHost ForProcess() => new(Console.OpenStandardOutput(), Console.Error)
    {
        IsTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
        IsRoot = Processes.IsRoot,
    };
}
