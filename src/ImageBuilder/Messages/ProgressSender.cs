using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ImageSdk.ImageBuilder.Messages;

/// <summary>
/// Sends messages about progress to the exchanges that requests name, in order. Whoever has a message sent does not wait for the broker: one that is
/// away gets the messages when it comes back, and those that end a build also after a restart of the service. An exchange that is not there
/// gets none.
/// </summary>
/// <param name="settings">How the broker is reached.</param>
/// <param name="outbox">Where messages that end builds lie until they are sent.</param>
/// <param name="log">Of the daemon.</param>
sealed class ProgressSender(AmqpSettings settings, Outbox outbox, Action<string> log, TimeProvider time) : IDisposable
{
    /// <summary>Messages that wait for a broker. Of more the oldest go, but for those in the outbox.</summary>
    const int MaximumWaiting = 10_000;

    /// <summary>After which news of a step is old.</summary>
    static readonly TimeSpan newsFor = TimeSpan.FromMinutes(2);

    static readonly TimeSpan firstPause = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan longestPause = TimeSpan.FromSeconds(10);

    readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaximumWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    IConnection? connection;
    IChannel? channel;
    bool isAway;

    sealed record Waiting(string Exchange, byte[] Body, DateTimeOffset At, string? Kept, Action<string>? Trouble);

    /// <summary>Hands over a message.</summary>
    /// <param name="exchange">Empty for none.</param>
    /// <param name="trouble">Receives why it was not sent, where it is given up.</param>
    public void Send(string exchange, ProgressMessage message, Action<string>? trouble = null)
    {
        if (exchange.Length == 0 || !settings.IsOn)
            return;
        var body = message.ToBytes();
        waiting.Writer.TryWrite(new(exchange, body, time.GetUtcNow(), message.IsFinal ? outbox.Keep(message.Id, exchange, body) : null, trouble));
    }

    /// <summary>Sends until stopped, first what an earlier process left.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (!settings.IsOn)
            return;
        foreach (var left in outbox.List(log))
            await SendAsync(new(left.Exchange, left.Body, time.GetUtcNow(), left.File, null), stop);
        await foreach (var message in waiting.Reader.ReadAllAsync(stop))
            await SendAsync(message, stop);
    }

    async Task SendAsync(Waiting message, CancellationToken stop)
    {
        for (var pause = firstPause; ; pause = pause < longestPause ? pause * 2 : pause)
        {
            if (message.Kept is null && time.GetUtcNow() - message.At > newsFor)
                return;
            try
            {
                await PublishAsync(message, stop);
                if (isAway)
                    log($"The broker {settings.Shown} is back");
                isAway = false;
                outbox.Remove(message.Kept);
                return;
            }
            catch (OperationInterruptedException problem) when (problem.ShutdownReason is { ReplyCode: Constants.NotFound or Constants.AccessRefused } reason)
            {
                await CloseAsync();
                outbox.Remove(message.Kept);
                message.Trouble?.Invoke($"No progress is sent to the exchange {message.Exchange}: {reason.ReplyText}");
                return;
            }
            catch (Exception problem) when (!stop.IsCancellationRequested && problem is RabbitMQClientException or IOException or TimeoutException or OperationCanceledException or System.Net.Sockets.SocketException)
            {
                await CloseAsync();
                if (!isAway)
                    log($"The broker {settings.Shown} cannot be reached, messages wait: {AmqpSettings.Explain(problem)}");
                isAway = true;
            }
            await Task.Delay(pause, time, stop);
        }
    }

    async Task PublishAsync(Waiting message, CancellationToken stop)
    {
        if (connection is not { IsOpen: true })
        {
            await CloseAsync();
            connection = await settings.ConnectAsync(stop);
        }
        if (channel is not { IsOpen: true })
            channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), stop);
        var properties = new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, AppId = "imagesdk-image-builder" };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        await channel.BasicPublishAsync(message.Exchange, routingKey: "", mandatory: false, properties, message.Body, limit.Token);
    }

    async Task CloseAsync()
    {
        try
        {
            if (channel is not null)
                await channel.DisposeAsync();
            if (connection is { IsOpen: false })
            {
                await connection.DisposeAsync();
                connection = null;
            }
        }
        catch (Exception problem) when (problem is RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException)
        {
            connection = null;
        }
        channel = null;
    }

    public void Dispose()
    {
        channel?.Dispose();
        connection?.Dispose();
    }
}
