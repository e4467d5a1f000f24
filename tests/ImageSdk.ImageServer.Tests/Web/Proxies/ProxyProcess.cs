using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.ImageServer.Tests.Web.Proxies;

/// <summary>A proxy as distributions have it, with a configuration of the test's own, run by an unprivileged user.</summary>
sealed class ProxyProcess : IDisposable
{
    // Of nobody, on all distributions.
    const uint Nobody = 65534;

    static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    readonly DirectoryInfo directory;
    readonly Process process;

    ProxyProcess(DirectoryInfo directory, Process process, int port, int tunnel)
    {
        this.directory = directory;
        this.process = process;
        Port = port;
        TunnelPort = tunnel;
    }

    /// <summary>Where it takes requests for pages.</summary>
    public int Port { get; }

    /// <summary>Where it passes on bytes as they are; 0 where it does not.</summary>
    public int TunnelPort { get; }

    public bool IsRunning => !process.HasExited;

    public static string? Find(string program) =>
        ((string[])["/usr/sbin", "/usr/local/sbin", "/usr/bin"]).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <param name="token">What it adds to each request as the header <c>X-Via</c>.</param>
    public static async Task<ProxyProcess> StartAsync(ProxyKind kind, int target, string token)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartOnFreePortsAsync(kind, target, token);
            }
            catch (IOException) when (attempt < 5)
            {
                // Somebody else may have taken the port meanwhile.
            }
        }
    }

    static async Task<ProxyProcess> StartOnFreePortsAsync(ProxyKind kind, int target, string token)
    {
        var directory = Directory.CreateTempSubdirectory("imagesdk-proxy-");
        var (port, tunnel) = (FreePort(), kind == ProxyKind.Nginx ? 0 : FreePort());
        var file = Path.Combine(directory.FullName, "proxy.conf");
        await File.WriteAllTextAsync(file, kind == ProxyKind.Nginx ? Nginx(port, target, token) : HaProxy(port, tunnel, target, token, kind == ProxyKind.LenientHaProxy));
        string[] words = kind == ProxyKind.Nginx
            ? [Find("nginx")!, "-p", directory.FullName, "-c", file, "-e", Path.Combine(directory.FullName, "error.log")]
            : [Find("haproxy")!, "-f", file];
        if (Processes.IsRoot)
        {
            OpenTo(directory);
            words = ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--", .. words];
        }
        var process = Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = directory.FullName, RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        var proxy = new ProxyProcess(directory, process, port, tunnel);
        for (var start = Stopwatch.StartNew(); start.Elapsed < patience && !process.HasExited; await Task.Delay(20))
            if (await AnswersAsync(port))
                return proxy;
        proxy.Dispose();
        throw new IOException($"{kind} does not start: {await errors}");
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        process.Dispose();
        directory.Delete(recursive: true);
    }

    static void OpenTo(DirectoryInfo directory)
    {
        using var parent = DirectoryHandle.Open(directory.Parent!.FullName);
        parent.SetOwner(Encoding.UTF8.GetBytes(directory.Name), Nobody, Nobody);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static string Nginx(int port, int target, string token) => $$"""
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log error.log;
        events { worker_connections 256; }
        http {
          access_log off;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          upstream imageserver {
            server 127.0.0.1:{{target}};
            keepalive 4;
          }
          server {
            listen 127.0.0.1:{{port}};
            location / {
              proxy_pass http://imageserver;
              proxy_http_version 1.1;
              proxy_request_buffering off;
              proxy_set_header Connection "";
              proxy_set_header Host $host;
              proxy_set_header X-Via {{token}};
            }
          }
        }

        """;

    static string HaProxy(int port, int tunnel, int target, string token, bool isLenient) => $"""
        global
          maxconn 256
        defaults
          mode http
          timeout connect 10s
          timeout client 60s
          timeout server 60s
          http-reuse always
        frontend pages
          bind 127.0.0.1:{port}
          {(isLenient ? "option accept-invalid-http-request" : "")}
          default_backend imageserver
        backend imageserver
          {(isLenient ? "option accept-invalid-http-response" : "")}
          http-request set-header X-Via {token}
          server one 127.0.0.1:{target}
        listen tunnel
          mode tcp
          bind 127.0.0.1:{tunnel}
          server one 127.0.0.1:{target}

        """;
}

/// <summary>A kind of proxy, and how it is set up.</summary>
public enum ProxyKind
{
    Nginx,
    HaProxy,

    /// <summary>One that passes on what it would refuse otherwise.</summary>
    LenientHaProxy,
}
