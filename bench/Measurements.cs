using System.Globalization;

namespace ImageSdk.Bench;

/// <summary>
/// What eng/bench.sh measured, as lines of fields with tabs between them:
/// <code>
/// rows      NAME GOAL UNIT WHAT PEER     GOAL: "&lt;=0.9", "&gt;=0.9" (ours over the peer's), or "-"
/// samples   NAME SIDE VALUE              SIDE: ours, peer, or ours@SIZE, peer@SIZE for growth
/// reasons   NAME REASON                  why a row has no figures, or only ours
/// machine   TEXT                         on what it was measured
/// </code>
/// </summary>
sealed class Measurements
{
    readonly string directory;
    readonly ILookup<(string Row, string Side), double> samples;
    readonly ILookup<string, string> reasons;

    public Measurements(string directory)
    {
        this.directory = directory;
        samples = Read("samples").ToLookup(fields => (fields[0], fields[1]), fields => double.Parse(fields[2], CultureInfo.InvariantCulture));
        reasons = Read("reasons").ToLookup(fields => fields[0], fields => fields[1]);
    }

    public string Machine => File.ReadAllText(Path.Combine(directory, "machine")).Trim();

    public IEnumerable<Result> Results(bool isQuick) => Read("rows").Select(fields =>
    {
        var result = new Result(fields[0], fields[3], fields[4], fields[2])
        {
            Comparison = fields[1][..Math.Min(2, fields[1].Length)] switch { "<=" => "at most", ">=" => "at least", _ => null },
            Goal = fields[1] == "-" ? null : double.Parse(fields[1][2..], CultureInfo.InvariantCulture),
            Reason = reasons[fields[0]].FirstOrDefault(),
            IsQuick = isQuick,
        };
        return Sizes(fields[0]) is { Count: > 0 } sizes ? WithGrowth(result, sizes) : WithSides(result);
    });

    Result WithSides(Result result)
    {
        var (ours, peer) = (samples[(result.Name, "ours")].ToList(), samples[(result.Name, "peer")].ToList());
        return result with
        {
            Rounds = Math.Max(ours.Count, peer.Count),
            Ours = Middle(ours), OursSpread = Spread(ours), Peer = Middle(peer), PeerSpread = Spread(peer),
        };
    }

    Result WithGrowth(Result result, List<int> sizes)
    {
        var points = sizes.ConvertAll(size => new GrowthPoint(
            size, Middle([.. samples[(result.Name, $"ours@{size}")]]), Middle([.. samples[(result.Name, $"peer@{size}")]])));
        return result with
        {
            Rounds = samples[(result.Name, $"ours@{sizes[0]}")].Count(),
            Points = points,
            Ours = Growth.Slope(points, point => point.Ours),
            Peer = Growth.Slope(points, point => point.Peer),
            Bend = Growth.Bend(points, point => point.Ours),
        };
    }

    List<int> Sizes(string row) =>
        [.. samples.Select(group => group.Key).Where(key => key.Row == row && key.Side.StartsWith("ours@", StringComparison.Ordinal))
            .Select(key => int.Parse(key.Side[5..], CultureInfo.InvariantCulture)).Order()];

    static double? Middle(List<double> values) => values.Count == 0 ? null : Statistics.Median(values);

    static double[]? Spread(List<double> values) => values.Count == 0 ? null : [values.Min(), values.Max()];

    IEnumerable<string[]> Read(string name) => File.ReadLines(Path.Combine(directory, name)).Select(line => line.Split('\t'));
}
