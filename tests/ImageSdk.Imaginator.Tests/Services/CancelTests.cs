using System.Net;
using System.Text.Json;
using ImageSdk.Cli.Tests;
using ImageSdk.Dominator;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Jobs;
using ImageSdk.Srpc;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Services;

public sealed class CancelTests
{
    const string Streams = """{"Streams": {"base/os": {}, "app/one": {"BuilderGroups": ["team"]}, "app/two": {} } }""";

    static async Task<Job> WaitForAsync(TestImaginator imaginator, string stream, JobState state)
    {
        Job? found = null;
        await Wait.UntilAsync(async () => (found = (await imaginator.Daemon.Parts.Jobs.ListAsync(new JobFilter { Subject = stream, State = state }, default)).FirstOrDefault()) is not null);
        return found!;
    }

    static async Task<(HttpStatusCode Status, string Text)> SendAsync(
        TestImaginator imaginator, HttpMethod method, string path, string? user = null, bool withTls = false, params (string Name, string Value)[] headers)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (user is not null)
            handler.SslOptions.ClientCertificates = [.. ClientCertificates.Load(imaginator.Folder[$"site/users/{user}"], DateTimeOffset.UtcNow).List];
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(method, new Uri($"{(withTls ? "https" : "http")}://127.0.0.1:{imaginator.Port}{path}"));
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, answer.Headers.Location + await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_build_is_cancelled_from_its_page()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        imaginator.Builder!.Gate = new TaskCompletionSource().Task;
        var building = imaginator.BuildAsync("base/os");
        var job = await WaitForAsync(imaginator, "base/os", JobState.Running);
        var (path, page) = ($"/cancelBuild?id={job.Id}", $"/showBuild?id={job.Id}");
        Assert.Contains($"action=\"{path}\"", (await SendAsync(imaginator, HttpMethod.Get, page)).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await SendAsync(imaginator, HttpMethod.Get, path)).Status);
        foreach (var header in new[] { ("Origin", "https://elsewhere.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site") })
        {
            var (status, text) = await SendAsync(imaginator, HttpMethod.Post, path, headers: header);
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Contains("IMG7381", text, StringComparison.Ordinal);
        }
        Assert.False(building.IsCompleted);
        Assert.Equal((HttpStatusCode.SeeOther, page), await SendAsync(imaginator, HttpMethod.Post, path, headers: ("Origin", $"http://127.0.0.1:{imaginator.Port}")));
        Assert.Equal("cancelled", (await building).Response.ErrorString);
        job = await WaitForAsync(imaginator, "base/os", JobState.Cancelled);
        Assert.DoesNotContain("<form", (await SendAsync(imaginator, HttpMethod.Get, page)).Text, StringComparison.Ordinal);
        Assert.Contains(page, (await SendAsync(imaginator, HttpMethod.Get, "/")).Text, StringComparison.Ordinal);
        // A second time is no harm.
        using var json = JsonDocument.Parse((await SendAsync(imaginator, HttpMethod.Post, path, headers: ("Accept", "application/json"))).Text);
        Assert.Equal("Cancelled", json.RootElement.GetProperty("state").GetString());
        Assert.Contains("IMG7380", (await SendAsync(imaginator, HttpMethod.Post, "/cancelBuild?id=4711")).Text, StringComparison.Ordinal);
        Assert.Contains("IMG7503", (await SendAsync(imaginator, HttpMethod.Post, "/cancelBuild?id=-1")).Text, StringComparison.Ordinal);
        Assert.Equal("cancelled", Assert.Single(imaginator.Daemon.Parts.Archive.List()).Info.Error);
    }

    [Fact]
    public async Task What_is_over_cannot_be_cancelled()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        await imaginator.BuildAsync("base/os");
        var job = await WaitForAsync(imaginator, "base/os", JobState.Succeeded);
        var (status, text) = await SendAsync(imaginator, HttpMethod.Post, $"/cancelBuild?id={job.Id}", headers: ("Accept", "application/json"));
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal("IMG7383", JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
        var client = await imaginator.ConnectAsync();
        Assert.Equal($"build {job.Id} is over: succeeded", (await client.CancelBuildAsync(new() { Build = (ulong)job.Id })).Error);
        Assert.Equal("unknown build: 4711", (await client.CancelBuildAsync(new() { Build = 4711 })).Error);
        Assert.Equal("no build of base/os is under way", (await client.CancelBuildAsync(new() { StreamName = "base/os" })).Error);
    }

    [Fact]
    public async Task A_source_image_goes_with_the_build_that_alone_needs_it()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        (imaginator.Builder!.Gate, imaginator.Builder.Sources["app/one"]) = (new TaskCompletionSource().Task, "base/os");
        var building = imaginator.BuildAsync("app/one");
        await WaitForAsync(imaginator, "base/os", JobState.Running);
        var run = CommandRun.Start(new RunSettings(), "build", "--imaginator", $"127.0.0.1:{imaginator.Port}", "cancel", "app/one");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal($"{(await WaitForAsync(imaginator, "app/one", JobState.Cancelled)).Id}\n", run.Output);
        Assert.Equal("cancelled", (await building).Response.ErrorString);
        await WaitForAsync(imaginator, "base/os", JobState.Cancelled);
        CommandRun.Start(new RunSettings(), "build", "--imaginator", $"127.0.0.1:{imaginator.Port}", "cancel", "app/one").AssertError("IMG7142");
    }

    [Fact]
    public async Task Those_cancel_who_may_build()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, configure: EngineBuildTests.UseCertificates);
        imaginator.Builder!.Gate = new TaskCompletionSource().Task;
        // The image server of the test has no certificates.
        var jobs = imaginator.Daemon.Parts.Jobs;
        foreach (var (stream, user) in new[] { ("base/os", "admin"), ("app/one", "admin"), ("app/two", "bob") })
            await jobs.SubmitAsync(new(stream) { User = user }, default);
        await Wait.UntilAsync(async () => (await jobs.ListCurrentAsync(null, default)).Count == 3);
        foreach (var (stream, user, status, code) in new[]
        {
            ("app/one", null, HttpStatusCode.Forbidden, "IMG7180"), ("base/os", "bob", HttpStatusCode.Forbidden, "IMG7382"), ("app/one", "bob", HttpStatusCode.SeeOther, "/showBuild"),
            ("app/two", "bob", HttpStatusCode.SeeOther, "/showBuild"), ("base/os", "admin", HttpStatusCode.SeeOther, "/showBuild"),
        })
        {
            var id = (await jobs.ListCurrentAsync(stream, default))[0].Id;
            var form = (await SendAsync(imaginator, HttpMethod.Get, $"/showBuild?id={id}", user, user is not null)).Text.Contains("<form", StringComparison.Ordinal);
            Assert.Equal(status == HttpStatusCode.SeeOther, form);
            var answer = await SendAsync(imaginator, HttpMethod.Post, $"/cancelBuild?id={id}", user, user is not null);
            Assert.Equal(status, answer.Status);
            Assert.Contains(code, answer.Text, StringComparison.Ordinal);
        }
        await Wait.UntilAsync(async () => (await jobs.ListAsync(new JobFilter { State = JobState.Cancelled }, default)).Count == 3);
        await jobs.SubmitAsync(new("base/os") { User = "admin" }, default);
        var bob = await imaginator.ConnectAsync(new() { Certificates = ClientCertificates.Load(imaginator.Folder["site/users/bob"], DateTimeOffset.UtcNow) });
        Assert.Equal("no permission to cancel builds of base/os", (await bob.CancelBuildAsync(new() { StreamName = "base/os" })).Error);
    }
}
