using System.Security.Cryptography;

namespace ImageSdk.ImageServer.Web;

/// <summary>The files that pages refer to; they are part of the program.</summary>
sealed class WebAssets
{
    static readonly Dictionary<string, string> types = new()
    {
        ["style.css"] = "text/css; charset=utf-8",
        ["site.js"] = "text/javascript; charset=utf-8",
        ["icon.svg"] = "image/svg+xml",
    };

    readonly Dictionary<string, WebAsset> assets = types.ToDictionary(type => type.Key, type => Read(type.Key, type.Value));

    public WebAsset? Find(string name) => assets.GetValueOrDefault(name);

    /// <summary>The path of an asset; another one for another content, so that browsers may keep it.</summary>
    public string PathOf(string name) => $"/assets/{name}?v={assets[name].Version}";

    static WebAsset Read(string name, string type)
    {
        using var stream = typeof(WebAssets).Assembly.GetManifestResourceStream($"web/{name}")!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new(type, content, Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 6)));
    }
}

/// <summary>A file that pages refer to.</summary>
/// <param name="Version">Changes with the content.</param>
sealed record WebAsset(string Type, byte[] Content, string Version);
