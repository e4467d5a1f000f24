using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Cli.Tests;

/// <summary>A machine that runs subd: it shows the tree of its last scan, and sends the files that it has now.</summary>
sealed class SubServer : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stopped = new();
    readonly FileSystemBuilder scanned = new();

    public SubServer()
    {
        listener.Start();
        var server = new SrpcServer(new(), [new SrpcService("Subd").Stream("Poll", PollAsync).Stream("GetFiles", SendAsync)]);
        _ = Task.Run(async () =>
        {
            while (true)
                _ = server.AcceptAsync(new NetworkStream(await listener.AcceptSocketAsync(stopped.Token), ownsSocket: true), new SrpcPeer(), stopped.Token);
        });
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public FileSystemBuilder Scanned => scanned;

    /// <summary>By path, whatever the scan has seen.</summary>
    public ConcurrentDictionary<ByteString, byte[]> Files { get; } = new();

    /// <summary>Set where callers are refused.</summary>
    public bool IsDenied { get; set; }

    /// <summary>False until the first scan is over.</summary>
    public bool HasScanned { get; set; } = true;

    /// <summary>The paths that were asked for, call by call.</summary>
    public ConcurrentQueue<ByteString[]> Calls { get; } = new();

    /// <summary>Adds a file, which the scan sees.</summary>
    public void Add(ByteString path, byte[] content)
    {
        Files[path] = content;
        scanned.Add(path, new RegularInode
        {
            Mode = InodeMode.Regular | Permissions.File, Size = (ulong)content.Length, Hash = content.Length == 0 ? default : ObjectHash.Of(content), Mtime = new(1_700_000_000, 5),
        });
    }

    public void Dispose()
    {
        stopped.Cancel();
        listener.Dispose();
        stopped.Dispose();
    }

    async Task PollAsync(SrpcServerCall call)
    {
        await call.ReadAsync(PollRequest.Gob);
        await call.WriteTextAsync(IsDenied ? $"{SrpcException.AccessDenied}\n" : "\n");
        if (IsDenied)
            return;
        await call.WriteAsync(PollResponse.Gob, new() { FileSystemFollows = HasScanned });
        if (!HasScanned)
            return;
        var tree = scanned.Build();
        var encoder = new GobEncoder(call.Stream);
        encoder.Write(StreamedTree.Gob, new(new FileSystem { Root = tree.Root }, (ulong)tree.InodeTable.Count));
        foreach (var (number, inode) in tree.InodeTable)
            encoder.Write(NumberedInode.Gob, new(number, inode));
        // Two objects in its cache.
        await call.Stream.WriteAsync(new byte[] { 0, 0, 0, 0, 0, 0, 0, 2 });
        await call.Stream.WriteAsync(new byte[2 * ObjectHash.Size]);
    }

    async Task SendAsync(SrpcServerCall call)
    {
        var asked = new List<ByteString>();
        while (await ReadLineAsync(call) is { Length: > 0 } path)
        {
            asked.Add(path);
            if (Files.TryGetValue(path, out var content))
            {
                await call.WriteAsync(GetFileResponse.Gob, new() { Size = (ulong)content.Length });
                await call.Stream.WriteAsync(content);
            }
            else
                await call.WriteAsync(GetFileResponse.Gob, new() { Error = $"open {path}: no such file or directory" });
        }
        Calls.Enqueue([.. asked]);
    }

    static async Task<ByteString> ReadLineAsync(SrpcServerCall call)
    {
        var line = new List<byte>();
        var next = new byte[1];
        while (true)
        {
            await call.Stream.ReadExactlyAsync(next);
            if (next[0] == '\n')
                break;
            line.Add(next[0]);
        }
        return new([.. line]);
    }
}
