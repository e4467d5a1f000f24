using System.Collections.Concurrent;
using System.Net;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Tests.Git;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Configuration;

public sealed class StreamsFileTests : IDisposable
{
    const string Good = """{"Streams": {"a": {"ManifestUrl": "1"}}}""";
    const string Better = """{"Streams": {"b": {"ManifestUrl": "2"}}}""";

    readonly Folder folder = new();
    readonly CancellationTokenSource stopping = new();
    readonly ConcurrentQueue<Diagnostic> told = [];
    readonly Dictionary<string, string> variables = [];
    readonly HttpClient http = ConfigurationSource.CreateClient();
    Task watching = Task.CompletedTask;

    public void Dispose()
    {
        stopping.Cancel();
        Assert.ThrowsAny<Exception>(() => watching.Wait(TimeSpan.FromMinutes(1)));
        http.Dispose();
        stopping.Dispose();
        folder.Dispose();
    }

    StreamsFile Open(string url, TimeSpan interval = default) => new(
        url, interval, () => variables, new ConfigurationSource(new GitMirrors(folder["git"], TimeProvider.System), http), folder["saved.json"], "amd64", told.Enqueue, TimeProvider.System);

    async Task<StreamsFile> StartAsync(string url, TimeSpan interval = default)
    {
        var file = Open(url, interval);
        watching = file.WatchAsync(stopping.Token);
        await file.Loaded.WaitAsync(TimeSpan.FromMinutes(1));
        return file;
    }

    [Fact]
    public async Task A_local_file_is_read_again_when_it_changes()
    {
        var path = folder.Write("streams.json", Good);
        var changes = 0;
        var file = Open(path);
        file.Changed += () => changes++;
        watching = file.WatchAsync(stopping.Token);
        await file.Loaded.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.NotNull(file.Current.Find("a"));
        // As editors do it.
        File.Move(folder.Write("new", Better), path, overwrite: true);
        await Wait.UntilAsync(() => file.Current.Find("b") is not null);
        Assert.Null(file.Current.Find("a"));
        Assert.Equal(2, changes);
        await Wait.UntilAsync(() => File.ReadAllText(folder["saved.json"]) == Better);
    }

    [Fact]
    public async Task A_bad_one_is_told_with_its_place_and_the_last_good_one_stays()
    {
        var path = folder.Write("streams.json", Good);
        var file = await StartAsync($"file://{path.Replace(" ", "%20")}");
        File.WriteAllText(path, "{\n  \"Streams\": {\"b\": {\"ManifestUrl\": 2}}}");
        await Wait.UntilAsync(() => file.Problem is not null);
        Assert.Equal(("IMG7310", path, 2, 36), (file.Problem!.Code, file.Problem.File, file.Problem.Line, file.Problem.Column));
        Assert.Contains("stay in force", file.Problem.Message, StringComparison.Ordinal);
        Assert.NotNull(file.Current.Find("a"));
        Assert.Equal(Good, File.ReadAllText(folder["saved.json"]));
        Assert.Contains($"{path}(2,36): error IMG7310: ", file.Problem.ToLine(), StringComparison.Ordinal);
        File.WriteAllText(path, Better);
        await Wait.UntilAsync(() => file.Problem is null);
        Assert.NotNull(file.Current.Find("b"));
        Assert.Single(told, found => found.Code == "IMG7310");
    }

    [Fact]
    public async Task One_that_cannot_be_had_at_the_start_is_the_one_of_the_last_time()
    {
        folder.Write("saved.json", Good);
        var file = await StartAsync("http://127.0.0.1:1/streams.json", TimeSpan.FromSeconds(1));
        Assert.NotNull(file.Current.Find("a"));
        Assert.Equal("IMG7316", file.Problem?.Code);
        Assert.Contains(told, found => found.Code == "IMG7317");
    }

    [Fact]
    public async Task A_url_is_polled_and_its_secrets_are_not_told()
    {
        using var server = new HttpListener();
        var port = FreePort();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        var answer = Good;
        var authorizations = new ConcurrentQueue<string?>();
        var serving = Task.Run(async () =>
        {
            while (server.IsListening)
            {
                var context = await server.GetContextAsync();
                authorizations.Enqueue(context.Request.Headers["Authorization"]);
                if (answer.Length == 0)
                    context.Response.StatusCode = 500;
                await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer));
                context.Response.Close();
            }
        });
        variables["PASSWORD"] = "geheim";
        var file = await StartAsync($"http://me:$PASSWORD@127.0.0.1:{port}/streams.json", TimeSpan.FromMilliseconds(200));
        Assert.NotNull(file.Current.Find("a"));
        Assert.Equal($"Basic {Convert.ToBase64String("me:geheim"u8)}", authorizations.First());
        answer = Better;
        await Wait.UntilAsync(() => file.Current.Find("b") is not null);
        answer = "";
        await Wait.UntilAsync(() => file.Problem is not null);
        Assert.NotNull(file.Current.Find("b"));
        Assert.All(told, found => Assert.DoesNotContain("geheim", found.ToLine(), StringComparison.Ordinal));
        Assert.DoesNotContain("PASSWORD", file.Name, StringComparison.Ordinal);
        server.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => serving);
    }

    [Fact]
    public async Task One_in_a_repository_follows_its_commits()
    {
        var repository = Repository.Create(folder["config.git"]);
        repository.Commit(("conf/streams.json", Good));
        var file = await StartAsync($"{repository.Url}?conf/streams.json", TimeSpan.FromMilliseconds(300));
        Assert.NotNull(file.Current.Find("a"));
        repository.Commit(("conf/streams.json", Better));
        await Wait.UntilAsync(() => file.Current.Find("b") is not null);
    }

    [Fact]
    public async Task Variables_are_read_again_and_bad_ones_leave_the_old()
    {
        var path = folder.Write("secrets.json", """{"P": "one"}""");
        var log = new ConcurrentQueue<string>();
        var secrets = new VariablesFile(path, new ConfigurationSource(new GitMirrors(folder["git"], TimeProvider.System), http), told.Enqueue, log.Enqueue, TimeProvider.System);
        await secrets.LoadAsync(CancellationToken.None);
        Assert.Equal("one", secrets.Current["P"]);
        watching = secrets.WatchAsync(stopping.Token);
        File.WriteAllText(path, """{"P": two}""");
        await Wait.UntilAsync(() => !told.IsEmpty);
        Assert.Equal(("IMG7318", "one"), (told.First().Code, secrets.Current["P"]));
        File.WriteAllText(path, """{"P": "three"}""");
        await Wait.UntilAsync(() => secrets.Current["P"] == "three");
        Assert.Equal(["Loaded variables", "Loaded new variables"], log);
    }

    static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
