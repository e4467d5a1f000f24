using System.Text;
using System.Threading.Channels;

namespace ImageSdk.Machines.BootTests;

/// <summary>The host's end of the channel to the runner inside the machine.</summary>
sealed class BootTestChannel(Stream input, Stream output)
{
    /// <summary>Nothing waits for more than this many messages; whoever floods the channel waits.</summary>
    const int Waiting = 1024;

    const int LineBytes = 57; // 76 characters of base64, as everywhere.

    /// <summary>A kernel takes in 64 KiB and more from a port that is not read, and drops the rest.</summary>
    const int PieceLength = 16384;

    readonly Channel<ChannelMessage> messages = Channel.CreateBounded<ChannelMessage>(Waiting);

    /// <summary>Reads until the machine is gone.</summary>
    public async Task ReadAsync()
    {
        var reader = new ChannelReader();
        var buffer = new byte[4096];
        try
        {
            int count;
            while ((count = await output.ReadAsync(buffer)) > 0)
                foreach (var message in reader.Read(buffer.AsMemory(0, count)))
                    await messages.Writer.WriteAsync(message);
        }
        finally
        {
            messages.Writer.TryComplete();
        }
    }

    /// <exception cref="ChannelClosedException">The machine is gone.</exception>
    public ValueTask<ChannelMessage> NextAsync(CancellationToken cancellation) => messages.Reader.ReadAsync(cancellation);

    /// <summary>Brings a file into the machine.</summary>
    /// <param name="mode">Permission bits.</param>
    public async Task PutAsync(string name, uint mode, byte[] content, CancellationToken cancellation)
    {
        var at = 0;
        do
        {
            var text = new StringBuilder($"put {Convert.ToString(mode, 8)} {Encode(name)}\n");
            for (; at < content.Length && text.Length < PieceLength; at += LineBytes)
                text.Append(Convert.ToBase64String(content, at, Math.Min(LineBytes, content.Length - at))).Append('\n');
            await SendAsync(text.Append(".\n").ToString(), cancellation);
            while (await NextAsync(cancellation) is not ChannelMessage.Done)
            {
            }
        }
        while (at < content.Length);
    }

    public Task StartAsync(string name, TimeSpan timeout, CancellationToken cancellation) =>
        SendAsync($"run {Math.Max(1, (long)Math.Ceiling(timeout.TotalSeconds))} {Encode(name)}\n", cancellation);

    async Task SendAsync(string text, CancellationToken cancellation)
    {
        await input.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation);
        await input.FlushAsync(cancellation);
    }

    static string Encode(string name) => Convert.ToBase64String(Encoding.UTF8.GetBytes(name));
}
