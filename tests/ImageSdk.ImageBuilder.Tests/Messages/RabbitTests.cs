using System.Text;
using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using RabbitMQ.Client;

namespace ImageSdk.ImageBuilder.Tests.Messages;

/// <summary>Requests and progress over a real broker.</summary>
[Collection("RabbitMQ")]
public class RabbitTests(RabbitServer server)
{
    [RabbitFact]
    public async Task Progress_is_reported_step_by_step_and_in_between()
    {
        await using var watch = await ExchangeWatch.OpenAsync(server, "testbuild-1-imagebuilder");
        await using var builder = await TestBuilder.StartAsync((options, _) => (options.AmqpUri, options.ProgressPeriod) = (server.Uri, TimeSpan.FromMilliseconds(400)));
        builder.Engine.Hold("fetch");
        builder.Engine.Hold("install");
        var request = TestBuilder.Request();
        request["progress_trigger"] = "testbuild-1-imagebuilder";
        var id = await builder.SubmitAsync(request);
        // Steps that ended before the request followed its build are not reported.
        await Wait.UntilAsync(() => watch.Messages.Any(message => message.GetProperty("step").GetString() == "fetch"));
        builder.Engine.LetGo("fetch");
        // The same step again, as nothing else happens.
        await Wait.UntilAsync(() => watch.Messages.Count(message => message.GetProperty("step").GetString() == "install") >= 3);
        builder.Engine.LetGo("install");
        var last = await watch.WaitForEndAsync();
        var done = await builder.WaitForEndAsync(id);
        Assert.Equal(("COMPLETED", "done", "1", id), (last.GetProperty("state").GetString(), last.GetProperty("step").GetString(), last.GetProperty("ticket_id").GetString(), last.GetProperty("id").GetInt64()));
        Assert.Equal((done.GetProperty("image_id").GetString(), done.GetProperty("location").GetString()), (last.GetProperty("image_id").GetString(), last.GetProperty("location").GetString()));
        Assert.Equal(["IMAGE", "MANIFEST", "SBOM", "LOGS"], last.GetProperty("artifacts").EnumerateArray().Select(artifact => artifact.GetProperty("type").GetString()));
        Assert.Equal(["fetch", "unpack", "archives", "install", "finish", "repack", "upload", "done"], watch.Messages.Select(message => message.GetProperty("step").GetString()).Where(step => step != "queue").Distinct());
        Assert.All(watch.Messages, MessageSchema.Check);
    }

    [RabbitFact]
    public async Task Failure_and_cancellation_are_reported()
    {
        await using var failures = await ExchangeWatch.OpenAsync(server, "failing");
        await using var cancels = await ExchangeWatch.OpenAsync(server, "cancelled");
        await using var builder = await TestBuilder.StartAsync((options, _) => options.AmqpUri = server.Uri);
        builder.Engine.Fault = _ => throw new BuildException("IMG4001", "there is no package libfoo");
        var request = TestBuilder.Request();
        request["progress_trigger"] = "failing";
        await builder.SubmitAsync(request);
        var failed = await failures.WaitForEndAsync();
        Assert.Equal(("FAILED", "IMG4001: there is no package libfoo"), (failed.GetProperty("state").GetString(), failed.GetProperty("error").GetString()));
        Assert.Equal(["LOGS"], failed.GetProperty("artifacts").EnumerateArray().Select(artifact => artifact.GetProperty("type").GetString()));

        builder.Engine.Hold("fetch");
        (request["progress_trigger"], request["package_list"]) = ("cancelled", new[] { "other" });
        var id = await builder.SubmitAsync(request);
        await Wait.UntilAsync(() => cancels.Messages.Any(message => message.GetProperty("step").GetString() == "fetch"));
        using (await builder.Http.DeleteAsync(new Uri($"/api/v1/build_image/{id}", UriKind.Relative)))
            Assert.Equal("CANCELLED", (await cancels.WaitForEndAsync()).GetProperty("state").GetString());
        Assert.All(failures.Messages.Concat(cancels.Messages), MessageSchema.Check);
    }

    [RabbitFact]
    public async Task An_exchange_that_is_not_there_fails_nothing()
    {
        await using var builder = await TestBuilder.StartAsync((options, _) => options.AmqpUri = server.Uri);
        builder.Engine.Hold("install");
        var request = TestBuilder.Request();
        request["progress_trigger"] = "nowhere";
        var id = await builder.SubmitAsync(request);
        await Wait.UntilAsync(async () => (await builder.GetLogAsync(id)).Contains("No progress is sent to the exchange nowhere", StringComparison.Ordinal));
        // One that comes later is told what comes then, and so are others.
        await using var watch = await ExchangeWatch.OpenAsync(server, "nowhere");
        builder.Engine.LetGo("install");
        Assert.Equal("completed", TestBuilder.StateOf(await builder.WaitForEndAsync(id)));
        Assert.Equal("COMPLETED", (await watch.WaitForEndAsync()).GetProperty("state").GetString());
        Assert.Single((await builder.GetLogAsync(id)).Split('\n'), line => line.Contains("No progress is sent", StringComparison.Ordinal));
        await Wait.UntilAsync(() => Directory.GetFiles(builder.Folder["state/outbox"]).Length == 0);
    }

    [RabbitFact]
    public async Task Requests_come_as_messages_and_are_answered()
    {
        await using var watch = await ExchangeWatch.OpenAsync(server, "by-message");
        await using var builder = await TestBuilder.StartAsync((options, _) => (options.AmqpUri, options.RequestQueue) = (server.Uri, "image requests"));
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await Wait.UntilAsync(() => builder.LogLines.Any(line => line.Contains("Taking requests", StringComparison.Ordinal)), explain: () => string.Join('\n', builder.LogLines));
        var answers = (await channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true)).QueueName;

        // The form of the REST interface, the later one, one that is none, and a list of them.
        var later = new { image = "http://127.0.0.1:1/trusty.img", series = "trusty", ppa_list = Array.Empty<string>(), package_list = new[] { "two" }, trigger = "by-message" };
        var first = await AskAsync(TestBuilder.Request("one"));
        Assert.True(Assert.Single(first.EnumerateArray()).GetProperty("id").GetInt64() > 0);
        var both = await AskAsync(new object[] { later, new { series = "trusty" }, TestBuilder.Request("three") });
        Assert.Equal([true, false, true], both.EnumerateArray().Select(answer => answer.GetProperty("id").ValueKind == JsonValueKind.Number));
        Assert.Contains("image", both[1].GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
        Assert.Equal("COMPLETED", (await watch.WaitForEndAsync()).GetProperty("state").GetString());
        await Wait.UntilAsync(() => builder.Engine.Plans.Count == 3);
        Assert.Equal(["one", "three", "two"], builder.Engine.Plans.Select(plan => plan.Packages[0]).Order(StringComparer.Ordinal));

        Assert.NotEmpty((await AskAsync("no JSON"))[0].GetProperty("errors").EnumerateArray());
        Assert.Contains(builder.LogLines, line => line.Contains("IMG7400", StringComparison.Ordinal));
        await Wait.UntilAsync(async () => await channel.MessageCountAsync("image requests") == 0);

        async Task<JsonElement> AskAsync(object message)
        {
            var body = message as string ?? JsonSerializer.Serialize(message);
            await channel.BasicPublishAsync("", "image requests", false, new BasicProperties { ReplyTo = answers, CorrelationId = "c" }, Encoding.UTF8.GetBytes(body));
            BasicGetResult? answer = null;
            await Wait.UntilAsync(async () => (answer = await channel.BasicGetAsync(answers, autoAck: true)) is not null, explain: () => string.Join('\n', builder.LogLines));
            Assert.Equal("c", answer!.BasicProperties.CorrelationId);
            return JsonDocument.Parse(answer.Body.ToArray()).RootElement;
        }
    }

    [RabbitFact]
    public async Task A_message_that_comes_again_is_one_request()
    {
        await using var builder = await TestBuilder.StartAsync((options, _) => (options.AmqpUri, options.RequestQueue) = (server.Uri, "again"));
        builder.Engine.Hold("fetch");
        await using var connection = await server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await Wait.UntilAsync(() => builder.LogLines.Any(line => line.Contains("Taking requests", StringComparison.Ordinal)));
        for (var times = 0; times < 2; times++)
            await channel.BasicPublishAsync("", "again", false, new BasicProperties { MessageId = "m1" }, JsonSerializer.SerializeToUtf8Bytes(TestBuilder.Request()));
        await Wait.UntilAsync(() => builder.LogLines.Count(line => line.Contains("build 1", StringComparison.Ordinal)) == 2);
        var request = Assert.Single((await builder.GetAsync("/api/v1/imagebuilder/status")).GetProperty("jobs").EnumerateArray()).GetProperty("id").GetInt64();
        // Nobody else waits for its build.
        await Wait.UntilAsync(() => builder.Engine.IsIn("fetch"));
        using (await builder.Http.DeleteAsync(new Uri($"/api/v1/build_image/{request}", UriKind.Relative)))
            Assert.Equal("cancelled", TestBuilder.StateOf(await builder.WaitForEndAsync(request)));
        await Wait.UntilAsync(() => builder.Engine.Running == 0);
    }
}
