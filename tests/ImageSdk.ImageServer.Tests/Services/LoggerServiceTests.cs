using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Hosting.Services;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Services;

public sealed class LoggerServiceTests : IAsyncLifetime
{
    TestServer server = null!;
    SrpcConnection connection = null!;

    public async Task InitializeAsync()
    {
        server = await TestServer.StartAsync(options => options.LogDebugLevel = -1);
        connection = await server.ConnectAsync();
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    Task PrintAsync(params string[] words) => connection.CallAsync(
        "Logger.Print", LoggerPrintRequest.Gob, new() { Args = words }, LoggerPrintResponse.Gob);

    Task DebugAsync(byte level, string word) => connection.CallAsync(
        "Logger.Debug", LoggerDebugRequest.Gob, new() { Args = [word], Level = level }, LoggerDebugResponse.Gob);

    async Task<SrpcClientCall> WatchAsync(LoggerWatchRequest request)
    {
        var call = await (await server.ConnectAsync()).OpenCallAsync("Logger.Watch");
        await call.WriteAsync(LoggerWatchRequest.Gob, request);
        await call.FlushAsync();
        Assert.Equal("", (await call.ReadAsync(LoggerWatchResponse.Gob)).Error);
        return call;
    }

    [Fact]
    public async Task WritesLinesAndDetailsUpToTheLevelThatIsSet()
    {
        await PrintAsync("hello", "log");
        await DebugAsync(1, "too fine");
        await connection.CallAsync("Logger.SetDebugLevel", LoggerSetDebugLevelRequest.Gob, new() { Level = 1 }, LoggerSetDebugLevelResponse.Gob);
        await DebugAsync(1, "fine");
        await DebugAsync(2, "too fine");
        await connection.CallAsync("Logger.SetDebugLevel", LoggerSetDebugLevelRequest.Gob, new() { Level = -7 }, LoggerSetDebugLevelResponse.Gob);
        await DebugAsync(0, "too fine");
        string[] expected = ["Logger.Print(): hello log", "Logger.SetDebugLevel(1)", "Logger.Debug(1): fine", "Logger.SetDebugLevel(-7)"];
        Assert.Equal(expected, server.LogLines.Where(line => line.Contains("Logger.", StringComparison.Ordinal)).Select(line => line[20..]));
    }

    [Fact]
    public async Task SendsLinesAsTheyAreWritten()
    {
        await using var watch = await WatchAsync(new() { DebugLevel = 1, IncludeRegex = "wan.ed", ExcludeRegex = "un" });
        await PrintAsync("other");
        await PrintAsync("unwanted");
        await PrintAsync("wanted");
        await DebugAsync(1, "wanted fine");
        await DebugAsync(2, "wanted too fine");
        await PrintAsync("wanted last");
        Assert.EndsWith(" Logger.Print(): wanted", await watch.ReadLineAsync(), StringComparison.Ordinal);
        Assert.EndsWith(" Logger.Debug(1): wanted fine", await watch.ReadLineAsync(), StringComparison.Ordinal);
        Assert.EndsWith(" Logger.Print(): wanted last", await watch.ReadLineAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(server.LogLines, line => line.EndsWith("fine", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SaysWhatItCannotWatch()
    {
        Assert.Equal("unknown logger: other", await FailAsync(new() { Name = "other" }));
        Assert.Contains("(?:a{2,1})", await FailAsync(new() { IncludeRegex = "a{2,1}" }), StringComparison.Ordinal);

        async Task<string> FailAsync(LoggerWatchRequest request)
        {
            await using var call = await (await server.ConnectAsync()).OpenCallAsync("Logger.Watch");
            await call.WriteAsync(LoggerWatchRequest.Gob, request);
            await call.FlushAsync();
            return (await call.ReadAsync(LoggerWatchResponse.Gob)).Error;
        }
    }

    [Fact]
    public async Task TellsWhatTheProcessIsDoing()
    {
        var reply = await connection.CallAsync(
            "Logger.GetStackTrace", LoggerGetStackTraceRequest.Gob, new(), LoggerGetStackTraceResponse.Gob);
        var text = Encoding.UTF8.GetString(reply.Data);
        Assert.Contains($"process: {Environment.ProcessId}, up for", text, StringComparison.Ordinal);
        Assert.Contains("thread pool: ", text, StringComparison.Ordinal);
        Assert.Contains("LoggerService", text, StringComparison.Ordinal);
    }
}
