using System.Text.Json;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Tests;

/// <summary>A small store in a temporary directory, and the tool run on it.</summary>
sealed class SampleStore : IDisposable
{
    public const string First = "base/hello/2026-01-02:03:04:05";
    public const string Second = "base/hello/2026-01-10:00:00:00";

    public SampleStore() => Store = new LocalStore(Temporary["store"], isDurable: false);

    public TemporaryDirectory Temporary { get; } = new();

    public LocalStore Store { get; }

    /// <summary>Two images of one stream; the second is newer and differs in everything that can differ.</summary>
    public static SampleStore WithTwoImages()
    {
        var sample = new SampleStore();
        var first = SampleImage.Make(sample.Store.Objects);
        sample.Store.Images.Add(First, first);
        sample.Store.Images.Add(Second, SampleImage.Change(first, sample.Store.Objects));
        return sample;
    }

    public CommandRun Run(params string[] arguments) => Run(new RunSettings(), arguments);

    public CommandRun Run(RunSettings settings, params string[] arguments) =>
        CommandRun.Start(settings, ["--store", Temporary["store"], .. arguments]);

    public JsonElement RunJson(params string[] arguments)
    {
        var run = Run([.. arguments, "--json"]);
        Assert.Equal("", run.Error);
        return JsonDocument.Parse(run.OutputBytes).RootElement;
    }

    public void Dispose() => Temporary.Dispose();
}
