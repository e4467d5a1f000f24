using System.Text;

namespace ImageSdk.Bench;

/// <summary>Results as tables of Markdown.</summary>
static class Table
{
    public static string Write(IReadOnlyList<Result> results)
    {
        var text = new StringBuilder();
        text.Append("| row | what | ours | peer | ratio | goal | | rounds |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var result in results.Where(result => result.Points is null && result.Ours is not null))
            text.Append($"| {result.Name} | {result.What}; peer: {result.PeerIs} | {Side(result.Ours, result.OursSpread, result.Unit)} ")
                .Append($"| {Side(result.Peer, result.PeerSpread, result.Unit)} | {result.Ratio:0.00} | {Goal(result)} | {Verdict(result)} | {result.Rounds} |\n");
        text.Append('\n');
        foreach (var result in results.Where(result => result.Points is not null))
            WriteGrowth(text, result);
        foreach (var result in results.Where(result => result.Reason is not null))
            text.Append($"- {result.Name}: {result.Reason}\n");
        return text.ToString().TrimEnd('\n') + "\n";
    }

    static void WriteGrowth(StringBuilder text, Result result)
    {
        var points = result.Points!;
        text.Append($"**{result.Name}**: {result.What}; peer: {result.PeerIs}.\n\n");
        text.Append($"| | {string.Join(" | ", points.Select(point => point.Size))} | one more | the line's bend |\n");
        text.Append($"| --- |{string.Concat(points.Select(_ => " --- |"))} --- | --- |\n");
        text.Append($"| ours | {string.Join(" | ", points.Select(point => $"{point.Ours:0.00} s"))} | {1000 * result.Ours:0.0} ms | {result.Bend:0.00} |\n");
        text.Append($"| peer | {string.Join(" | ", points.Select(point => point.Peer is { } peer ? $"{peer:0.00} s" : ""))} ");
        text.Append(result.Peer is { } slope ? $"| {1000 * slope:0.0} ms | {Growth.Bend(points, point => point.Peer):0.00} |\n\n" : "| | |\n\n");
    }

    static string Side(double? middle, double[]? spread, string unit) =>
        middle is null ? "" : $"{Number(middle.Value, unit)} ({Number(spread![0], unit)}–{Number(spread[1], unit)}) {unit}";

    static string Number(double value, string unit) => unit == "s" ? $"{value:0.000}" : $"{value:0}";

    static string Goal(Result result) => result.Goal is { } goal ? $"{(result.Comparison == "at least" ? "≥" : "≤")} {goal}" : "";

    static string Verdict(Result result) => result.IsMet switch { true => "met", false => "missed", null => "" };
}
