namespace ImageSdk.Bench;

/// <summary>Seconds for some number of things.</summary>
record GrowthPoint(int Size, double? Ours, double? Peer);

static class Growth
{
    /// <returns>Seconds a thing, from the least number to the most.</returns>
    public static double? Slope(IReadOnlyList<GrowthPoint> points, Func<GrowthPoint, double?> side) =>
        Slope(points[0], points[^1], side);

    public static double? Slope(GrowthPoint from, GrowthPoint to, Func<GrowthPoint, double?> side) =>
        from == to ? null : (side(to) - side(from)) / (to.Size - from.Size);

    /// <summary>
    /// How far the times in the middle lie below the straight line from the first to the last, at the worst: 1 or less where
    /// the next thing never costs more than the one before, more than 1 where growth is worse than linear.
    /// </summary>
    public static double? Bend(IReadOnlyList<GrowthPoint> points, Func<GrowthPoint, double?> side) =>
        points.Skip(1).SkipLast(1).Max(point =>
            (side(points[0]) + Slope(points, side) * (point.Size - points[0].Size)) / side(point));
}
