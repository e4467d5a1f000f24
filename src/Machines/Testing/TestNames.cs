namespace ImageSdk.Machines.Testing;

/// <summary>What tests are called where they are listed, filtered and reported.</summary>
static class TestNames
{
    const string ImagePrefix = "/tests/";

    /// <summary>Tests.STREAM.NAME</summary>
    public static string OfImageTest(string path) => "Tests." + BelowTests(path).Replace('/', '.');

    /// <summary>BootTests.NAME; with several machines, BootTests.MACHINE.NAME.</summary>
    public static string OfBootTest(string name, BootVariant variant, IReadOnlyList<BootVariant> variants) =>
        string.Join('.', new[] { "BootTests" }.Concat(Differences(variant, variants)).Append(name.Replace('/', '.')));

    public static string ShowImageTest(string path) => BelowTests(path);

    public static string ShowBootTest(string name, BootVariant variant, IReadOnlyList<BootVariant> variants) =>
        string.Join(", ", Differences(variant, variants)) is { Length: > 0 } machine ? $"{name} ({machine})" : name;

    static string BelowTests(string path) => path.StartsWith(ImagePrefix, StringComparison.Ordinal) ? path[ImagePrefix.Length..] : path;

    static IEnumerable<string> Differences(BootVariant variant, IReadOnlyList<BootVariant> variants)
    {
        if (variants.Any(other => other.Format != variant.Format))
            yield return variant.Format;
        if (variants.Any(other => other.Firmware != variant.Firmware))
            yield return variant.FirmwareName;
        if (variants.Any(other => other.Format == variant.Format && other.InDrive != variant.InDrive))
            yield return variant.MediumName;
    }
}
