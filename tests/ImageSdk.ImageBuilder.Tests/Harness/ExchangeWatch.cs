using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace ImageSdk.ImageBuilder.Tests;

/// <summary>What those see who asked for an image: the messages of an exchange that they made.</summary>
sealed class ExchangeWatch(IConnection connection, IChannel channel, string queue) : IAsyncDisposable
{
    readonly ConcurrentQueue<JsonElement> messages = [];

    public IReadOnlyList<JsonElement> Messages => [.. messages];

    public IReadOnlyList<string> States => [.. messages.Select(message => message.GetProperty("state").GetString()!)];

    /// <param name="isDurable">Whether exchange and queue live longer than the server.</param>
    public static async Task<ExchangeWatch> OpenAsync(RabbitServer server, string exchange, bool isDurable = false)
    {
        var connection = await server.ConnectAsync();
        var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: isDurable);
        var queue = $"{exchange}-watch";
        await channel.QueueDeclareAsync(queue, durable: isDurable, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(queue, exchange, "");
        var watch = new ExchangeWatch(connection, channel, queue);
        await watch.ListenAsync();
        return watch;
    }

    /// <summary>Listens to what was opened before, after the server has started again.</summary>
    public static async Task<ExchangeWatch> ResumeAsync(RabbitServer server, string exchange)
    {
        var connection = await server.ConnectAsync();
        var watch = new ExchangeWatch(connection, await connection.CreateChannelAsync(), $"{exchange}-watch");
        await watch.ListenAsync();
        return watch;
    }

    async Task ListenAsync()
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            messages.Enqueue(JsonDocument.Parse(message.Body.ToArray()).RootElement);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }

    public async Task<JsonElement> WaitForEndAsync()
    {
        await Wait.UntilAsync(() => States.Any(state => state != "STATUS"), explain: () => string.Join('\n', Messages));
        return Messages.Single(message => message.GetProperty("state").GetString() != "STATUS");
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
