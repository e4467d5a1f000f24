using System.Security.Cryptography;
using System.Text.Json;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Tests;

/// <summary>A build cache in a temporary directory, with layers made by hand, and the tool run on it.</summary>
sealed class SampleCache : IDisposable
{
    public TemporaryDirectory Temporary { get; } = new();

    public string Layers => Temporary[$"uid-{Processes.UserId}/layers"];

    public string Layer(string id) => Path.Combine(Layers, id);

    /// <summary>A layer with one empty directory, as builds leave it.</summary>
    public SampleCache Add(string id, string stage, int usedDaysAgo)
    {
        var tree = Path.Combine(Layer(id), "t");
        Directory.CreateDirectory(Path.Combine(tree, "d"));
        File.SetUnixFileMode(Path.Combine(tree, "d"), (UnixFileMode)0x1ED);
        File.WriteAllText(Path.Combine(Layer(id), "inputs"), $"{stage} 1\n");
        using (var writer = new BinaryWriter(File.Create(Path.Combine(Layer(id), "index"))))
        {
            // The format of LayerIndex: magic, count, entries, count.
            writer.Write(0x31584C49);
            writer.Write(2);
            foreach (var (path, mode) in new[] { ("", (uint)File.GetUnixFileMode(tree)), ("d", 0x1EDu) })
            {
                writer.Write(path);
                writer.Write((byte)1);
                writer.Write7BitEncodedInt64(0);
                writer.Write(false);
                writer.Write((byte)1);
                writer.Write7BitEncodedInt64(0);
                writer.Write7BitEncodedInt64(0);
                writer.Write7BitEncodedInt(0);
                writer.Write7BitEncodedInt64(0x4000 | mode);
                writer.Write7BitEncodedInt64(0);
                writer.Write7BitEncodedInt(0);
            }
            writer.Write(2);
        }
        return Use(Path.Combine(Layer(id), "used"), usedDaysAgo);
    }

    public string Package(string digest) => Temporary[$"uid-{Processes.UserId}/packages/{digest}"];

    /// <summary>A package of ten bytes, as builds leave it.</summary>
    public SampleCache AddPackage(string digest, string name, int usedDaysAgo)
    {
        Directory.CreateDirectory(Package(digest));
        File.WriteAllText(Path.Combine(Package(digest), $"{name}_1_all.deb"), "0123456789");
        var content = Convert.ToHexStringLower(SHA256.HashData("0123456789"u8));
        File.WriteAllText(Path.Combine(Package(digest), "about"), $"{name} 1 (all)\n10\n{content}\n");
        return Use(Path.Combine(Package(digest), "used"), usedDaysAgo);
    }

    /// <summary>Package lists of one file of three bytes.</summary>
    public SampleCache AddLists(string key, int usedDaysAgo)
    {
        var lists = Temporary[$"uid-{Processes.UserId}/apt/{key}"];
        Directory.CreateDirectory(Path.Combine(lists, "var/lib/apt/lists"));
        File.WriteAllText(Path.Combine(lists, "var/lib/apt/lists/x_InRelease"), "abc");
        return Use(Path.Combine(lists, "used"), usedDaysAgo);
    }

    SampleCache Use(string file, int daysAgo)
    {
        File.WriteAllText(file, "");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-daysAgo));
        return this;
    }

    /// <summary>The names of the layers that are there, sorted.</summary>
    public string[] Ids() => [.. Directory.EnumerateDirectories(Layers).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public CommandRun Run(params string[] arguments) => CommandRun.Start(new RunSettings(), ["cache", .. arguments, "--cache", Temporary.FullName]);

    public JsonElement RunJson(params string[] arguments) => JsonDocument.Parse(Run([.. arguments, "--json"]).OutputBytes).RootElement;

    public void Dispose() => Temporary.Dispose();
}

/// <summary>A fact that needs the sandbox of builds, and says so where it can't be had. Ordinary users own no layers made by hand.</summary>
sealed class SandboxFactAttribute : FactAttribute
{
    public SandboxFactAttribute()
    {
        if (!Processes.IsRoot)
            Skip = "needs root";
        else if (new[] { "unshare", "bwrap" }.FirstOrDefault(tool => !File.Exists($"/usr/bin/{tool}")) is { } missing)
            Skip = $"needs {missing}; eng/test.sh installs it";
    }
}
