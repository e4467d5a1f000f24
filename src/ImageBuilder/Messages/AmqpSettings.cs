using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ImageSdk.ImageBuilder.Messages;

/// <summary>How the broker is reached.</summary>
/// <param name="Uri">amqp: or amqps:, with user and password; empty for no broker.</param>
sealed record AmqpSettings(string Uri)
{
    public bool IsOn => Uri.Length > 0;

    /// <summary>The address without user and password.</summary>
    public string Shown => IsOn ? new Uri(Uri) is var uri ? $"{uri.Scheme}://{uri.Authority.Split('@')[^1]}{uri.AbsolutePath}" : "" : "";

    /// <exception cref="FormatException">It is no address of a broker; the message does not show it.</exception>
    public static AmqpSettings Parse(string text)
    {
        if (text.Length == 0)
            return new("");
        return System.Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"
            ? new(text)
            : throw new FormatException("expected the address of a broker: amqp://USER:PASSWORD@HOST:5672/VHOST");
    }

    /// <summary>What is wrong, in one line: the client's own messages have stacks in them.</summary>
    public static string Explain(Exception problem) => problem is OperationInterruptedException { ShutdownReason.ReplyText: { Length: > 0 } reason } ? reason : problem.GetBaseException().Message;

    /// <summary>A connection that does not come back by itself: who uses it begins again.</summary>
    public Task<IConnection> ConnectAsync(CancellationToken cancellation) => new ConnectionFactory
    {
        Uri = new(Uri),
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        ClientProvidedName = "imagesdk-image-builder",
        RequestedConnectionTimeout = TimeSpan.FromSeconds(10),
        RequestedHeartbeat = TimeSpan.FromSeconds(20),
        ContinuationTimeout = TimeSpan.FromSeconds(20),
    }.CreateConnectionAsync(cancellation);
}
