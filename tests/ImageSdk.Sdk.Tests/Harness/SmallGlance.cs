using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>As much of Glance as one upload needs, for builds in which that alone is of interest.</summary>
sealed class SmallGlance : IDisposable
{
    readonly HttpListener listener = new();

    public SmallGlance()
    {
        using (var port = new TcpListener(IPAddress.Loopback, 0))
        {
            port.Start();
            Address = new($"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}/");
        }
        listener.Prefixes.Add(Address.AbsoluteUri);
        listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    public ConcurrentDictionary<string, (JsonElement Record, byte[]? Content)> Images { get; } = [];

    async Task ServeAsync()
    {
        try
        {
            while (true)
                Answer(await listener.GetContextAsync());
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    void Answer(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        context.Request.InputStream.CopyTo(body);
        var path = context.Request.Url!.AbsolutePath.Split('/');
        var (status, answer) = (context.Request.HttpMethod, path) switch
        {
            ("POST", [_, "v2", "images"]) => Create(body.ToArray()),
            ("PUT", [_, "v2", "images", var id, "file"]) => Fill(id, body.ToArray()),
            ("GET", [_, "v2", "images", var id]) => (200, Describe(id).ToJsonString()),
            ("GET", [_, "v2", "images"]) => (200, new JsonObject { ["images"] = new JsonArray([.. Images.Keys.Select(Describe)]) }.ToJsonString()),
            _ => (404, ""),
        };
        context.Response.StatusCode = status;
        context.Response.Close(System.Text.Encoding.UTF8.GetBytes(answer), willBlock: true);
    }

    (int, string) Create(byte[] body)
    {
        var record = JsonSerializer.Deserialize<JsonElement>(body);
        var id = record.GetProperty("id").GetString()!;
        Images[id] = (record, null);
        return (201, Describe(id).ToJsonString());
    }

    (int, string) Fill(string id, byte[] body)
    {
        Images[id] = (Images[id].Record, body);
        return (204, "");
    }

    JsonObject Describe(string id)
    {
        var (record, content) = Images[id];
        var described = JsonObject.Create(record)!;
        described["status"] = content is null ? "queued" : "active";
        described["size"] = content?.Length;
        described["os_hash_algo"] = content is null ? null : "sha512";
        described["os_hash_value"] = content is null ? null : Convert.ToHexStringLower(SHA512.HashData(content));
        return described;
    }

    public void Dispose() => listener.Close();
}
