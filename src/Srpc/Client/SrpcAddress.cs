using System.Globalization;

namespace ImageSdk.Srpc;

/// <summary>Where a server listens: <c>host:port</c>, <c>[IPv6]:port</c>. A label between <c>*</c> and the colon is dropped.</summary>
public readonly record struct SrpcAddress(string Host, int Port)
{
    /// <exception cref="FormatException">The text has another form.</exception>
    public static SrpcAddress Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
            throw new FormatException($"\"{text}\" is no address: it has the form HOST:PORT");
        var host = text[..colon];
        if (host.IndexOf('*') is var star and >= 0)
            host = host[..star];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        return host.Length == 0 || host.Contains('[')
            ? throw new FormatException($"\"{text}\" is no address: the host is missing or malformed")
            : new(host, port);
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
