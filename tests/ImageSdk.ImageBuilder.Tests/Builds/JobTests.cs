using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.ImageBuilder.Tests.Builds;

/// <summary>Requests and builds as jobs.</summary>
public class JobTests
{
    [Fact]
    public async Task Builds_go_on_in_order_up_to_a_limit()
    {
        await using var builder = await TestBuilder.StartAsync((options, _) => options.ConcurrentBuilds = 2);
        builder.Engine.Hold("fetch");
        var ids = new List<long>();
        for (var number = 0; number < 10; number++)
            ids.Add(await builder.SubmitAsync(TestBuilder.Request($"p{number}")));
        await Wait.UntilAsync(() => builder.Engine.Running == 2);
        var status = await builder.GetAsync("/api/v1/imagebuilder/status");
        Assert.Equal((8, 2), (status.GetProperty("queue").GetProperty("queued").GetInt32(), status.GetProperty("queue").GetProperty("running").GetInt32()));
        Assert.Equal(ids, status.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetInt64()));
        Assert.Equal("queued", TestBuilder.StateOf(await builder.GetAsync(ids[9])));
        builder.Engine.LetGo("fetch");
        foreach (var id in ids)
            Assert.Equal("completed", TestBuilder.StateOf(await builder.WaitForEndAsync(id)));
        Assert.Equal(2, builder.Engine.MostRunning);
        Assert.Equal(Enumerable.Range(0, 10).Select(number => $"p{number}"), builder.Engine.Plans.Select(plan => plan.Packages[0]).OrderBy(name => builder.Engine.Steps.ToList().IndexOf($"{name} fetch")));
    }

    [Fact]
    public async Task Requests_for_the_same_share_a_build_and_leave_it_alone()
    {
        await using var builder = await TestBuilder.StartAsync();
        builder.Engine.Hold("install");
        var first = await builder.SubmitAsync(TestBuilder.Request());
        var other = TestBuilder.Request();
        (other["ticket_id"], other["progress_trigger"]) = ("2", "other");
        var second = await builder.SubmitAsync(other);
        await Wait.UntilAsync(() => builder.Engine.IsIn("install"));
        using (await builder.Http.DeleteAsync(new Uri($"/api/v1/build_image/{first}", UriKind.Relative)))
            Assert.Equal("cancelled", TestBuilder.StateOf(await builder.WaitForEndAsync(first)));
        Assert.Equal("running", TestBuilder.StateOf(await builder.GetAsync(second)));
        builder.Engine.LetGo("install");
        Assert.Equal("completed", TestBuilder.StateOf(await builder.WaitForEndAsync(second)));
        Assert.Single(builder.Engine.Plans);
        // What is over is built again.
        await builder.WaitForEndAsync(await builder.SubmitAsync(TestBuilder.Request()));
        Assert.Equal(2, builder.Engine.Plans.Count);
    }

    [Fact]
    public async Task What_a_killed_build_left_at_its_destination_goes_with_the_build()
    {
        await using var builder = await TestBuilder.StartAsync();
        builder.Engine.Hold("repack");
        var id = await builder.SubmitAsync(TestBuilder.Request());
        await Wait.UntilAsync(() => builder.Engine.IsIn("repack"));
        var build = Assert.Single(await builder.Daemon.Parts.Queue.ListAsync(new() { Kind = "build" }));
        // As a process leaves it that is killed while it brings an image there: of a build that is gone, and of one that is going to be tried again.
        var (gone, alive) = (Leave(4711), Leave(build.Id));
        await builder.StopAsync();
        builder.Engine.Gates.Clear();
        builder.Engine.Hold("install");
        await builder.StartAsync();

        await Wait.UntilAsync(() => !Directory.Exists(gone) && !File.Exists(NoteOf(gone)));
        Assert.True(Directory.Exists(alive));
        using (await builder.Http.DeleteAsync(new Uri($"/api/v1/build_image/{id}", UriKind.Relative)))
            await builder.WaitForEndAsync(id);
        await Wait.UntilAsync(() => !Directory.Exists(alive) && !File.Exists(NoteOf(alive)));

        string Leave(long job)
        {
            var image = Guid.NewGuid();
            builder.Folder.Write($"state/uploads/{image}", $"{job}");
            builder.Folder.Write($"state/images/{image}.partial/half.qcow2", "half");
            return builder.Folder[$"state/images/{image}.partial"];
        }

        string NoteOf(string partial) => builder.Folder[$"state/uploads/{Path.GetFileNameWithoutExtension(partial)}"];
    }

    [Theory]
    [InlineData("fetch")]
    [InlineData("unpack")]
    [InlineData("archives")]
    [InlineData("install")]
    [InlineData("finish")]
    [InlineData("repack")]
    public async Task A_request_is_cancelled_in_any_step(string step)
    {
        await using var builder = await TestBuilder.StartAsync();
        builder.Engine.Hold(step);
        var id = await builder.SubmitAsync(TestBuilder.Request());
        await Wait.UntilAsync(() => builder.Engine.IsIn(step));
        using (await builder.Http.DeleteAsync(new Uri($"/api/v1/build_image/{id}", UriKind.Relative)))
            Assert.Equal("cancelled", TestBuilder.StateOf(await builder.WaitForEndAsync(id)));
        Assert.Equal(0, builder.Engine.Running);
        Assert.False(Directory.Exists(builder.Folder["state/images"]));
    }

    [Fact]
    public async Task A_request_that_waits_is_cancelled()
    {
        await using var builder = await TestBuilder.StartAsync((options, _) => options.ConcurrentBuilds = 1);
        builder.Engine.Hold("fetch");
        var first = await builder.SubmitAsync(TestBuilder.Request("one"));
        var second = await builder.SubmitAsync(TestBuilder.Request("two"));
        await Wait.UntilAsync(() => builder.Engine.IsIn("fetch"));
        using (await builder.Http.DeleteAsync(new Uri($"/api/v1/build_image/{second}", UriKind.Relative)))
            Assert.Equal("cancelled", TestBuilder.StateOf(await builder.WaitForEndAsync(second)));
        builder.Engine.LetGo("fetch");
        Assert.Equal("completed", TestBuilder.StateOf(await builder.WaitForEndAsync(first)));
        Assert.Single(builder.Engine.Plans);
    }

    [Theory]
    [InlineData("fetch")]
    [InlineData("install")]
    [InlineData("repack")]
    public async Task A_service_that_starts_again_goes_on_with_its_queue(string step)
    {
        await using var builder = await TestBuilder.StartAsync((options, _) => options.ConcurrentBuilds = 1);
        builder.Engine.Hold(step);
        var first = await builder.SubmitAsync(TestBuilder.Request("one"));
        var second = await builder.SubmitAsync(TestBuilder.Request("two"));
        await Wait.UntilAsync(() => builder.Engine.IsIn(step));
        await builder.StopAsync();
        builder.Engine.LetGo(step);
        await builder.StartAsync();
        foreach (var id in new[] { first, second })
            Assert.Equal("completed", TestBuilder.StateOf(await builder.WaitForEndAsync(id)));
        Assert.Equal(["one", "one", "two"], builder.Engine.Plans.Select(plan => plan.Packages[0]));
        // Nothing is in the log twice but what was done twice.
        Assert.Equal(1, Count(await builder.GetLogAsync(first), "made by a fake"));
        Assert.Equal(2, Count(await builder.GetLogAsync(first), "== fetch"));
        Assert.Equal(1, Count(await builder.GetLogAsync(second), "== fetch"));
        Assert.Equal(2, Directory.GetDirectories(builder.Folder["state/images"]).Length);
    }

    [Fact]
    public async Task What_cannot_be_built_fails_at_once_with_its_reason()
    {
        await using var builder = await TestBuilder.StartAsync();
        builder.Engine.Fault = _ => throw new BuildException("IMG4001", "there is no package libfoo");
        var id = await builder.SubmitAsync(TestBuilder.Request());
        var failed = await builder.WaitForEndAsync(id);
        Assert.Equal(("failed", 1, "IMG4001: there is no package libfoo"), (TestBuilder.StateOf(failed), failed.GetProperty("attempt").GetInt32(), failed.GetProperty("error").GetString()));
        Assert.Contains("IMG4001: there is no package libfoo\n", await builder.GetLogAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_may_pass_is_tried_three_times()
    {
        await using var builder = await TestBuilder.StartAsync((options, _) => options.RetryDelay = TimeSpan.FromMilliseconds(50));
        builder.Engine.Fault = _ => throw new IOException("the disk is full");
        var id = await builder.SubmitAsync(TestBuilder.Request());
        var failed = await builder.WaitForEndAsync(id);
        Assert.Equal(("failed", 3, "IMG7406: the disk is full"), (TestBuilder.StateOf(failed), failed.GetProperty("attempt").GetInt32(), failed.GetProperty("error").GetString()));
        Assert.Contains("Attempt 3 of 3, as the one before failed: IMG7406: the disk is full\n", await builder.GetLogAsync(id), StringComparison.Ordinal);

        var left = 2;
        builder.Engine.Fault = _ =>
        {
            if (left-- > 0)
                throw new InvalidOperationException("a mistake");
        };
        Assert.Equal("completed", TestBuilder.StateOf(await builder.WaitForEndAsync(await builder.SubmitAsync(TestBuilder.Request("other")))));
    }

    [Fact]
    public async Task Cancel_url_stops_a_build_within_seconds()
    {
        await using var server = new FileServer();
        server.Put("/job", """{"building": true, "other": 1}""");
        await using var builder = await TestBuilder.StartAsync();
        builder.Engine.Hold("install");
        var request = TestBuilder.Request();
        request["cancel_url"] = server.Url("/job");
        var id = await builder.SubmitAsync(request);
        await Wait.UntilAsync(() => builder.Engine.IsIn("install") && server.Requests.Count > 1);
        Assert.Equal("running", TestBuilder.StateOf(await builder.GetAsync(id)));
        server.Put("/job", """{"building": false}""");
        var ended = await builder.WaitForEndAsync(id);
        Assert.Equal("cancelled", TestBuilder.StateOf(ended));
        Assert.Equal("cancel_url says that the image is no longer wanted", ended.GetProperty("error").GetString());
        Assert.Equal(0, builder.Engine.Running);
    }

    [Theory]
    [InlineData("/missing", "it answers 404 Not Found")]
    [InlineData("/text", "its answer is no JSON")]
    [InlineData("/other", "its answer is no object with a member")]
    [InlineData("/metadata", "is in a network that is not connected to")]
    [InlineData(null, "Connection refused")]
    public async Task A_cancel_url_that_cannot_be_read_is_told_once_and_ignored(string? path, string why)
    {
        await using var server = new FileServer();
        server.Put("/text", "no");
        server.Put("/other", """{"building": "false"}""");
        server.Redirects["/metadata"] = "http://169.254.169.254/latest";
        await using var builder = await TestBuilder.StartAsync((options, _) => options.CancelInterval = TimeSpan.FromMilliseconds(100));
        builder.Engine.Hold("install");
        var request = TestBuilder.Request();
        request["cancel_url"] = path is null ? "http://127.0.0.1:1/" : server.Url(path);
        var id = await builder.SubmitAsync(request);
        await Wait.UntilAsync(async () => (await builder.GetLogAsync(id)).Contains("IMG7405", StringComparison.Ordinal));
        await Wait.UntilAsync(() => path is null || server.Requests.Count > 2);
        builder.Engine.LetGo("install");
        Assert.Equal("completed", TestBuilder.StateOf(await builder.WaitForEndAsync(id)));
        var log = await builder.GetLogAsync(id);
        Assert.Equal(1, Count(log, "IMG7405"));
        Assert.Contains(why, log, StringComparison.Ordinal);
    }

    static int Count(string text, string part) => text.Split(part).Length - 1;
}
