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
        var used = Path.Combine(Layer(id), "used");
        File.WriteAllText(used, "");
        File.SetLastWriteTimeUtc(used, DateTime.UtcNow.AddDays(-usedDaysAgo));
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
