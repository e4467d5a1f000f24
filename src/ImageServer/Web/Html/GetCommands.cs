using System.Buffers;
using ImageSdk.Images.Text;

namespace ImageSdk.ImageServer.Web.Html;

/// <summary>Commands with which people get an image from this server, as a shell takes them.</summary>
static class GetCommands
{
    const string DefaultPort = "6971";

    static readonly SearchValues<char> plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/:@%+=,");

    /// <param name="host">Name or address of the server, with its port if it is not the usual one.</param>
    public static IEnumerable<string> For(string host, string image)
    {
        var colon = host.LastIndexOf(':') is var last && last > host.LastIndexOf(']') ? last : -1;
        var (name, port) = colon < 0 ? (host, DefaultPort) : (host[..colon], host[(colon + 1)..]);
        yield return $"imagesdk get {Quote(image)} DIRECTORY --server {Quote($"{name}:{port}")}";
        yield return $"imagetool -imageServerHostname={Quote(name.Trim('[', ']'))} -imageServerPortNum={Quote(port)} get {Quote(image)} DIRECTORY";
    }

    static string Quote(string word) => word.AsSpan().ContainsAnyExcept(plain) ? ShellWord.Quote(word) : word;
}
