using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ImageSdk.Building.State;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.ImageServer.Options;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Tests.Web;

/// <summary>A server with some images, one of them with a name that needs care, and a client that follows no redirects.</summary>
sealed class WebTestServer : IAsyncDisposable
{
    /// <summary>A directory and an image in it whose names mean something to HTML, URLs and shells.</summary>
    public const string OddDirectory = "öl & <x>";
    public const string OddImage = OddDirectory + "/a \"b\" 'c'+d=e&output=text%41#f";

    WebTestServer(TestServer server)
    {
        Server = server;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = new($"http://127.0.0.1:{server.Port}") };
    }

    public TestServer Server { get; }

    public HttpClient Client { get; }

    public string Address => Client.BaseAddress!.ToString().TrimEnd('/');

    public static async Task<WebTestServer> StartAsync(Action<ServerOptions>? configure = null, TimeProvider? clock = null)
    {
        var web = new WebTestServer(await TestServer.StartAsync(options =>
        {
            options.AllowUnauthenticatedReads = true;
            configure?.Invoke(options);
        }, clock));
        web.AddImages();
        return web;
    }

    /// <summary>A link to a page of an image.</summary>
    public static string PathOf(string page, string image) => $"{page}?{Uri.EscapeDataString(image)}";

    public async Task<string> GetTextAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Asks for a path that goes out as it is written, and returns the answer with its head.</summary>
    public async Task<string> GetRawAsync(string path)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, Server.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"));
        using var reader = new StreamReader(connection.GetStream());
        return await reader.ReadToEndAsync();
    }

    /// <summary>Asks for JSON by the Accept header.</summary>
    public async Task<JsonElement> GetJsonAsync(string path)
    {
        using var response = await SendAsync(path, "application/json");
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    public Task<HttpResponseMessage> SendAsync(string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Clear();
        foreach (var type in accept.Split(','))
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(type));
        return Client.SendAsync(request);
    }

    /// <summary>Adds an image; its directory is made.</summary>
    public void Add(string name, Image image)
    {
        var images = Server.Parts.Images;
        images.SetDirectory(new(ImageName.GetDirectory(name), new("")));
        images.Add(name, image with { CreatedOn = image.CreatedOn ?? DateTimeOffset.UtcNow });
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    void AddImages()
    {
        var image = MakeImage();
        Add("base/img.10", image);
        Add("base/img.9", image with { Filter = null, Triggers = null, FileSystem = MakeTree("other"), Packages = [new("bash", "5.1", 4096), new("old", "1", 1)] });
        Add(OddImage, image with { ExpiresAt = DateTimeOffset.UtcNow.AddHours(1), SourceImage = "base/img.10" });
    }

    Image MakeImage()
    {
        var log = Server.PutObject("<b>log</b> & more\n");
        return new Image
        {
            FileSystem = MakeTree("<script>alert(1)</script>"),
            Filter = Filter.Parse("/tmp/.*\n/<b>.*\n"),
            Triggers = new([new Trigger { Service = "ssh<d>", MatchLines = ["/etc/<ssh>.*"], HighImpact = true }]),
            Packages = [new("bash", "5.2<3>", 8192), new("zlib", "1.3", 100)],
            Tags = new Dictionary<string, string> { ["<k>"] = "<v>" },
            BuildLog = new(log),
            ReleaseNotes = new(null, "javascript:alert(1)"),
            BuildGitUrl = "https://git.example/<r>",
            BuildBranch = "<branch>",
            BuildCommitId = "0123456789abcdef",
            CreatedBy = "<user>",
            OwnerGroups = ["<group>"],
        };
    }

    FileSystem MakeTree(string content)
    {
        var builder = new FileSystemBuilder();
        builder.Add("/etc", new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory });
        builder.Add("/etc/<i>f & \"g\"", File(content));
        builder.Add("/etc/hard", File("hard"));
        builder.Add("/etc/link", new SymlinkInode { Target = "<t>" });
        builder.Add("/etc/computed", new ComputedInode { Mode = InodeMode.Regular | Permissions.File, Source = "files.example:6972" });
        builder.Add(new ByteString([.. "/etc/l\n"u8, 0xFF]), File("bytes"));
        return builder.Build();
    }

    RegularInode File(string content) => new()
    {
        Mode = InodeMode.Regular | Permissions.File,
        Size = (ulong)Encoding.UTF8.GetByteCount(content),
        Hash = Server.PutObject(content),
        Mtime = new(1_700_000_000, 0),
    };
}

/// <summary>One for all tests of a class; each adds what it needs under names of its own.</summary>
public sealed class SharedWebServer : IAsyncLifetime
{
    internal WebTestServer Web { get; private set; } = null!;

    public async Task InitializeAsync() => Web = await WebTestServer.StartAsync();

    public async Task DisposeAsync() => await Web.DisposeAsync();
}
