using System.Text.Json;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;
using ImageSdk.Layers;

namespace ImageSdk.Cli.Views;

/// <summary>Layers and other entries of the build cache as text and JSON.</summary>
static class LayerOutput
{
    /// <summary>Columns with two blanks between them; ids are there to be copied and come whole.</summary>
    public static void WriteTable(TextWriter output, IReadOnlyList<CachedLayer> layers, DateTimeOffset now)
    {
        if (layers.Count == 0)
            return;
        TextColumns.WriteTable(output,
        [
            ["Stage", "Layer", "Size", "Entries", "Made", "Used"],
            .. layers.Select(layer => (string[])
            [
                NameOf(layer), layer.Kind is CachedKind.Package or CachedKind.Download ? layer.Title : layer.Id,
                layer.Fault is null ? HumanSize.Format(layer.Size) : "damaged", layer.Fault is null ? $"{layer.Entries}" : "",
                Ago(layer.Made, now), Ago(layer.Used, now),
            ]),
        ], 2, 3);
    }

    /// <summary>One layer in a sentence's place.</summary>
    public static string Describe(CachedLayer layer, DateTimeOffset now) =>
        $"{NameOf(layer)} {OneLine.Of(layer.Title)}, {(layer.Fault is null ? HumanSize.Format(layer.Size) : "damaged")}, used {Ago(layer.Used, now)}";

    /// <summary>A line for each kind and stage, in the order in which they first come.</summary>
    public static IEnumerable<string> SumUp(IReadOnlyList<CachedLayer> layers) => layers.GroupBy(NameOf).Select(group =>
        $"{group.Count(),6} {group.Key}, {HumanSize.Format(group.Aggregate(0ul, (sum, layer) => sum + layer.Size))}{(group.Count(layer => layer.Fault is not null) is > 0 and var damaged ? $", {damaged} of them damaged" : "")}");

    public static void Write(Utf8JsonWriter json, CachedLayer layer) => json.WriteMembers(() =>
    {
        json.WriteString("id", layer.Id);
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(layer.Kind.ToString()));
        if (layer.Kind != CachedKind.Layer)
            json.WriteString("title", layer.Title);
        json.WriteText("stage", layer.Stage);
        json.WriteNumber("bytes", layer.Size);
        json.WriteNumber("entries", layer.Entries);
        json.WriteTime("madeOn", layer.Made);
        json.WriteTime("usedOn", layer.Used);
        json.WriteText("fault", layer.Fault);
    });

    static string NameOf(CachedLayer layer) => layer.Kind switch
    {
        CachedKind.Package => "(package)",
        CachedKind.PackageLists => "(package lists)",
        CachedKind.Download => "(download)",
        _ => layer.Stage.Length == 0 ? "unknown" : OneLine.Of(layer.Stage),
    };

    // Whole seconds: fractions do not matter, and clocks of file systems are no finer than they must be.
    static string Ago(DateTimeOffset time, DateTimeOffset now) =>
        $"{HumanDuration.Format(TimeSpan.FromSeconds(Math.Max(0, Math.Floor((now - time).TotalSeconds))))} ago";
}
