using System.Net;
using System.Net.Sockets;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Tests;

/// <summary>A machine database, an image server and a file generator of a few machines and images, behind one port.</summary>
sealed class FleetServer : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stopped = new();

    public FleetServer()
    {
        listener.Start();
        var server = new SrpcServer(new(), [Mdb(), Images(), Generator()]);
        _ = Task.Run(async () =>
        {
            while (true)
                _ = AcceptAsync(server, await listener.AcceptSocketAsync(stopped.Token));
        });
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public List<Machine> Machines { get; } = [];

    /// <summary>By name: when they expire, null for never.</summary>
    public Dictionary<string, DateTimeOffset?> ImageExpiries { get; } = [];

    public Dictionary<string, IReadOnlyList<ComputedFile>> ComputedFiles { get; } = [];

    public List<string> GeneratedPaths { get; } = [];

    /// <summary>Whether the file generator has its list on a page only.</summary>
    public bool IsGeneratorOld { get; set; }

    /// <summary>Whether there is such a page.</summary>
    public bool HasPage { get; set; } = true;

    public CommandRun Run(params string[] arguments) => CommandRun.Start(
        new RunSettings(), [.. arguments, "--server", Address, "--mdb", Address, "--certs", Path.GetTempPath()]);

    public void Dispose()
    {
        stopped.Cancel();
        listener.Dispose();
        stopped.Dispose();
    }

    async Task AcceptAsync(SrpcServer server, Socket socket)
    {
        var start = new byte[3];
        await socket.ReceiveAsync(start, SocketFlags.Peek, stopped.Token);
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        if (start.AsSpan().SequenceEqual("GET"u8))
        {
            await socket.ReceiveAsync(new byte[4096], stopped.Token);
            var page = string.Concat(GeneratedPaths.Select(path => path + "\n"));
            var head = HasPage ? "200 OK" : "404 Not Found";
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {System.Text.Encoding.UTF8.GetByteCount(page)}\r\nConnection: close\r\n\r\n{page}"));
        }
        else
            await server.AcceptAsync(stream, new SrpcPeer(), stopped.Token);
    }

    SrpcService Mdb() => new SrpcService("MdbServer")
        .RequestReply("GetMdb", GetMdbRequest.Gob, GetMdbResponse.Gob, (_, _) => Task.FromResult(new GetMdbResponse { Machines = Machines }))
        .RequestReply("ListImages", ListMdbImagesRequest.Gob, ListMdbImagesResponse.Gob, (_, _) => Task.FromResult(new ListMdbImagesResponse
        {
            PlannedImages = Named(machine => machine.PlannedImage), RequiredImages = Named(machine => machine.RequiredImage),
        }));

    SrpcService Images() => new SrpcService("ImageServer")
        .Stream("ListSelectedImages", async call =>
        {
            var request = await call.ReadAsync(ListSelectedImagesRequest.Gob);
            var names = ImageExpiries.Where(image => !request.IgnoreExpiringImages || image.Value is null).Select(image => image.Key);
            await call.WriteTextAsync(string.Concat(names.Append("").Select(name => $"{name}\n")));
        })
        .RequestReply("GetImageExpiration", GetImageExpirationRequest.Gob, GetImageExpirationResponse.Gob, (request, _) => Task.FromResult(
            ImageExpiries.TryGetValue(request.ImageName, out var expiry) ? new GetImageExpirationResponse { ExpiresAt = expiry } : new() { Error = "image not found" }))
        .RequestReply("GetImageComputedFiles", GetImageComputedFilesRequest.Gob, GetImageComputedFilesResponse.Gob, (request, _) => Task.FromResult(
            ComputedFiles.TryGetValue(request.ImageName, out var files) ? new GetImageComputedFilesResponse { ComputedFiles = files, ImageExists = true } : new()));

    SrpcService Generator() => new SrpcService("FileGenerator")
        .RequestReply("ListGenerators", ListGeneratorsRequest.Gob, ListGeneratorsResponse.Gob, (_, _) => IsGeneratorOld
            ? throw new SrpcException("unknown method")
            : Task.FromResult(new ListGeneratorsResponse { Pathnames = GeneratedPaths }));

    string[] Named(Func<Machine, string> image) => [.. Machines.Select(image).Where(name => name.Length > 0)];
}
