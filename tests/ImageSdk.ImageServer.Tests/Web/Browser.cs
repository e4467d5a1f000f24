using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageSdk.ImageServer.Tests.Web;

/// <summary>A headless Chromium with one page, spoken to in the DevTools protocol (chromedevtools.github.io/devtools-protocol).</summary>
sealed class Browser : IAsyncDisposable
{
    static readonly TimeSpan limit = TimeSpan.FromSeconds(60);

    readonly string directory;
    readonly Process process;
    readonly ClientWebSocket socket = new();
    readonly List<JsonNode> events = [];
    string session = "";
    int lastId;

    Browser(string directory, Process process)
    {
        this.directory = directory;
        this.process = process;
    }

    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } = ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser"]).FirstOrDefault(File.Exists);

    /// <summary>What the page complained of since the start: messages of its console, exceptions, refused loads.</summary>
    public IReadOnlyList<string> Complaints => [.. events
        .Where(message => Method(message) is "Log.entryAdded" or "Runtime.exceptionThrown" or "Runtime.consoleAPICalled" or "Network.loadingFailed")
        .Select(message => message.ToJsonString())];

    public static async Task<Browser> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("imagesdk-browser-").FullName;
        var start = new ProcessStartInfo(Program!,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server", "--remote-debugging-port=0",
            $"--user-data-dir={directory}", "about:blank",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        // It leaves folders there.
        start.Environment["TMPDIR"] = directory;
        var process = Process.Start(start)!;
        var browser = new Browser(directory, process);
        try
        {
            await browser.ConnectAsync();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes on the size of a screen, in CSS pixels.</summary>
    public Task ResizeAsync(int width, int height) => CallAsync("Emulation.setDeviceMetricsOverride", new()
    {
        ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600,
    });

    public async Task OpenAsync(string url)
    {
        events.RemoveAll(message => Method(message) == "Page.loadEventFired");
        await CallAsync("Page.navigate", new() { ["url"] = url });
        await LoadedAsync();
    }

    /// <summary>Does something that leads to another page, and waits for it.</summary>
    public async Task FollowAsync(string script)
    {
        events.RemoveAll(message => Method(message) == "Page.loadEventFired");
        await EvaluateAsync(script);
        await LoadedAsync();
    }

    /// <summary>The value of an expression in the page.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true });
        return answer["exceptionDetails"] is { } problem ? throw new InvalidOperationException(problem.ToJsonString()) : answer["result"]?["value"];
    }

    public async Task<string> GetTextAsync(string expression) => (await EvaluateAsync(expression))?.GetValue<string>() ?? "";

    /// <summary>The whole page as it looks: a PNG.</summary>
    public async Task<byte[]> CaptureAsync() =>
        Convert.FromBase64String((await CallAsync("Page.captureScreenshot", new() { ["format"] = "png", ["captureBeyondViewport"] = true }))["data"]!.GetValue<string>());

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        // Its helpers may be writing still.
        for (var attempt = 0; Directory.Exists(directory) && attempt < 20; attempt++)
        {
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (IOException)
            {
                await Task.Delay(100);
            }
        }
    }

    static string? Method(JsonNode message) => message["method"]?.GetValue<string>();

    async Task ConnectAsync()
    {
        const string Prefix = "DevTools listening on ";
        using var waiting = new CancellationTokenSource(limit);
        string? line;
        do
            line = await process.StandardError.ReadLineAsync(waiting.Token) ?? throw new InvalidOperationException("Chromium ended at once");
        while (!line.StartsWith(Prefix, StringComparison.Ordinal));
        // Whoever writes to a full pipe stands still.
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await socket.ConnectAsync(new Uri(line[Prefix.Length..]), waiting.Token);
        var target = await CallAsync("Target.createTarget", new() { ["url"] = "about:blank" });
        var attached = await CallAsync("Target.attachToTarget", new() { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true });
        session = attached["sessionId"]!.GetValue<string>();
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
            await CallAsync($"{domain}.enable", []);
    }

    async Task LoadedAsync()
    {
        while (!events.Exists(message => Method(message) == "Page.loadEventFired"))
            events.Add(await ReceiveAsync());
    }

    async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        var id = ++lastId;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session.Length > 0)
            message["sessionId"] = session;
        using var waiting = new CancellationTokenSource(limit);
        await socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, waiting.Token);
        while (true)
        {
            var answer = await ReceiveAsync();
            if (answer["id"]?.GetValue<int>() != id)
                events.Add(answer);
            else
                return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer.ToJsonString()}");
        }
    }

    async Task<JsonNode> ReceiveAsync()
    {
        using var waiting = new CancellationTokenSource(limit);
        using var message = new MemoryStream();
        var buffer = new byte[1 << 16];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), waiting.Token);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray()) ?? throw new JsonException("DevTools sent nothing");
    }
}

/// <summary>A fact that needs Chromium and says so where it is absent.</summary>
sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Browser.Program is null)
            Skip = "needs Chromium (Debian's package chromium)";
    }
}
