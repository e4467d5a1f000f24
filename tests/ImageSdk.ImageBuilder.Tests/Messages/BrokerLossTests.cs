using System.Text.Json;
using RabbitMQ.Client;

namespace ImageSdk.ImageBuilder.Tests.Messages;

/// <summary>A broker that goes away and comes back.</summary>
public class BrokerLossTests
{
    [RabbitFact]
    public async Task A_broker_that_goes_away_fails_nothing_and_hears_of_the_end()
    {
        var server = new RabbitServer();
        await server.InitializeAsync();
        try
        {
            await using (await ExchangeWatch.OpenAsync(server, "lost", isDurable: true))
            await using (var builder = await TestBuilder.StartAsync((options, _) => (options.AmqpUri, options.RequestQueue) = (server.Uri, "requests")))
            {
                builder.Engine.Hold("install");
                await Wait.UntilAsync(() => Taken(builder) == 1);
                var request = TestBuilder.Request();
                request["progress_trigger"] = "lost";
                var id = await builder.SubmitAsync(request);
                await Wait.UntilAsync(() => builder.Engine.IsIn("install"));
                await server.KillAsync();
                builder.Engine.LetGo("install");
                Assert.Equal("completed", TestBuilder.StateOf(await builder.WaitForEndAsync(id)));
                Assert.Single(Directory.GetFiles(builder.Folder["state/outbox"]));

                // Also the service starts again, before the broker does.
                await builder.StopAsync();
                await builder.StartAsync();
                await server.StartAsync();
                await using var watch = await ExchangeWatch.ResumeAsync(server, "lost");
                Assert.Equal("COMPLETED", (await watch.WaitForEndAsync()).GetProperty("state").GetString());
                await Wait.UntilAsync(() => Directory.GetFiles(builder.Folder["state/outbox"]).Length == 0);

                // And requests are taken again.
                await using var connection = await server.ConnectAsync();
                await using var channel = await connection.CreateChannelAsync();
                await Wait.UntilAsync(() => Taken(builder) == 2, explain: () => string.Join('\n', builder.LogLines));
                await channel.BasicPublishAsync("", "requests", false, new BasicProperties(), JsonSerializer.SerializeToUtf8Bytes(TestBuilder.Request("other")));
                await Wait.UntilAsync(() => builder.Engine.Plans.Any(plan => plan.Packages[0] == "other"));
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    static int Taken(TestBuilder builder) => builder.LogLines.Count(line => line.Contains("Taking requests", StringComparison.Ordinal));
}
