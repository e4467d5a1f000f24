using System.Globalization;

namespace ImageSdk.Srpc.Tests;

/// <summary>
/// How many damaged messages a test tries: a few thousand as a rule, and as many as IMAGESDK_FUZZ_ROUNDS says for each
/// such test when time allows.
/// </summary>
static class FuzzRounds
{
    public static int Or(int usual) =>
        Environment.GetEnvironmentVariable("IMAGESDK_FUZZ_ROUNDS") is { Length: > 0 } rounds
            ? int.Parse(rounds, NumberStyles.None, CultureInfo.InvariantCulture)
            : usual;
}
