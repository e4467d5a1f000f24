using System.Text.Json;
using ImageSdk.ImageBuilder.Requests;
using ImageSdk.Jobs;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace ImageSdk.ImageBuilder.Messages;

/// <summary>
/// Takes requests from a queue: an object a message, or a list of them. A message is acknowledged when its requests are recorded as jobs, not
/// before; one that is no request is rejected, and goes where the queue's dead letters go.
/// </summary>
/// <param name="settings">How the broker is reached.</param>
/// <param name="queue">The queue's name; empty for none.</param>
/// <param name="reader">Reads requests.</param>
/// <param name="submit">Records one, once for each key: its id.</param>
/// <param name="log">Of the daemon.</param>
sealed class RequestConsumer(
    AmqpSettings settings, string queue, RequestReader reader, Func<BuildImageRequest, IReadOnlyList<string>, string?, CancellationToken, Task<long>> submit, Action<string> log, TimeProvider time)
{
    /// <summary>Messages that are being recorded.</summary>
    const ushort Prefetch = 10;

    /// <summary>Bytes.</summary>
    const int MaximumMessage = 1 << 20;

    static readonly TimeSpan pause = TimeSpan.FromSeconds(2);

    sealed record Answer(long? Id, IReadOnlyList<FieldFault>? Errors);

    /// <summary>Takes messages until stopped. A broker that goes away is waited for.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (!settings.IsOn || queue.Length == 0)
            return;
        var isAway = false;
        while (true)
        {
            try
            {
                await using var connection = await settings.ConnectAsync(stop);
                await DeclareAsync(connection, stop);
                await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
                log($"Taking requests from the queue {queue} of {settings.Shown}");
                isAway = false;
                await ConsumeAsync(channel, stop);
            }
            catch (Exception problem) when (!stop.IsCancellationRequested && problem is RabbitMQClientException or IOException or TimeoutException or JobException or OperationCanceledException or System.Net.Sockets.SocketException)
            {
                if (!isAway)
                    log($"No requests can be taken from the queue {queue} of {settings.Shown}, which is tried again: {AmqpSettings.Explain(problem)}");
                isAway = true;
            }
            await Task.Delay(pause, time, stop);
        }
    }

    /// <summary>A queue that is there stays as it is.</summary>
    async Task DeclareAsync(IConnection connection, CancellationToken stop)
    {
        try
        {
            await using var looking = await connection.CreateChannelAsync(cancellationToken: stop);
            await looking.QueueDeclarePassiveAsync(queue, stop);
        }
        catch (OperationInterruptedException problem) when (problem.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            await using var making = await connection.CreateChannelAsync(cancellationToken: stop);
            await making.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: stop);
        }
    }

    async Task ConsumeAsync(IChannel channel, CancellationToken stop)
    {
        // The first trouble ends the channel: what was not acknowledged comes again.
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            ended.TrySetException(new OperationInterruptedException(reason));
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, Prefetch, global: false, stop);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            try
            {
                await TakeAsync(channel, message, stop);
            }
            catch (Exception problem)
            {
                ended.TrySetException(problem);
            }
        };
        consumer.UnregisteredAsync += (_, _) =>
        {
            ended.TrySetException(new IOException("the queue was deleted"));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, stop);
        await ended.Task.WaitAsync(stop);
    }

    async Task TakeAsync(IChannel channel, BasicDeliverEventArgs message, CancellationToken stop)
    {
        var answers = await RecordAsync(message, stop);
        if (message.BasicProperties.ReplyTo is { Length: > 0 } replyTo)
            await channel.BasicPublishAsync(
                "", replyTo, mandatory: false, new BasicProperties { ContentType = "application/json", CorrelationId = message.BasicProperties.CorrelationId },
                JsonSerializer.SerializeToUtf8Bytes(answers, JsonSerializerOptions.Web), stop);
        if (answers.Any(answer => answer.Id is not null))
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, stop);
        else
            await channel.BasicRejectAsync(message.DeliveryTag, requeue: false, stop);
    }

    async Task<IReadOnlyList<Answer>> RecordAsync(BasicDeliverEventArgs message, CancellationToken stop)
    {
        var answers = new List<Answer>();
        foreach (var (index, read) in Read(message.Body).Index())
        {
            if (read.Request is null)
            {
                log($"IMG7400: a request of the queue {queue} is refused: {string.Join("; ", read.Faults.Select(fault => $"{fault.Field}: {fault.Message}"))}");
                answers.Add(new(null, read.Faults));
                continue;
            }
            // A message comes again where it could not be acknowledged.
            var key = message.BasicProperties.MessageId is { Length: > 0 } id ? $"{id}/{index}" : null;
            answers.Add(new(await submit(read.Request, read.Ignored, key, stop), null));
        }
        return answers;
    }

    IReadOnlyList<ReadRequest> Read(ReadOnlyMemory<byte> body)
    {
        if (body.Length > MaximumMessage)
            return [Refuse($"the message has {body.Length} bytes; expected {MaximumMessage} at most")];
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? document.RootElement.GetArrayLength() is > 0 and <= 100 ? [.. document.RootElement.EnumerateArray().Select(reader.ReadMessage)] : [Refuse("expected 1 to 100 requests in a list")]
                : [reader.ReadMessage(document.RootElement)];
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return [Refuse($"it is no JSON: {problem.Message}")];
        }
    }

    static ReadRequest Refuse(string message) => new(null, [new("", message)], []);
}
