using System.Globalization;

namespace ImageSdk.ImageService.Runs;

/// <summary>A line of a job's log.</summary>
/// <param name="Next">Where the next one begins.</param>
/// <param name="Line">With its end.</param>
readonly record struct RunLogLine(RunLogPosition Next, byte[] Line);

/// <summary>A place in a job's log, which is that of its runs one after the other.</summary>
/// <param name="Run">The number of the run in the queue; 0 for the first.</param>
/// <param name="Offset">Bytes.</param>
readonly record struct RunLogPosition(long Run, long Offset)
{
    /// <returns>The beginning for what is no position.</returns>
    public static RunLogPosition Parse(string? text) =>
        text?.Split('-') is [var run, var offset] && long.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? new(number, bytes)
            : default;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Run}-{Offset}");
}
