using System.Reflection;
using System.Security.Cryptography;

namespace ImageSdk.Hosting.Web.Requests;

/// <summary>The files that pages refer to; they are part of the program.</summary>
public sealed class WebAssets
{
    const string Folder = "web/";

    static readonly Dictionary<string, string> types = new()
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".wasm"] = "application/wasm",
    };

    readonly Dictionary<string, WebAsset> assets = [];

    /// <param name="assemblies">Whose resources below "web/" are assets, besides those that all daemons have. A later one wins over an earlier.</param>
    public WebAssets(params IEnumerable<Assembly> assemblies)
    {
        foreach (var assembly in assemblies.Prepend(typeof(WebAssets).Assembly))
            foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
                assets[resource[Folder.Length..]] = Read(assembly, resource);
    }

    public WebAsset? Find(string name) => assets.GetValueOrDefault(name);

    /// <summary>The path of an asset; another one for another content, so that browsers may keep it.</summary>
    public string PathOf(string name) => $"/assets/{name}?v={assets[name].Version}";

    static WebAsset Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new(types.GetValueOrDefault(Path.GetExtension(resource), "application/octet-stream"), content, Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 6)));
    }
}

/// <summary>A file that pages refer to.</summary>
/// <param name="Version">Changes with the content.</param>
public sealed record WebAsset(string Type, byte[] Content, string Version);
