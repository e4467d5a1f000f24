namespace ImageSdk.Images;

/// <summary>The kinds of documents that vouch for an image: what it contains, and how it was made.</summary>
public static class AttestationKinds
{
    /// <summary>Bill of materials, SPDX 2.3 in JSON.</summary>
    public const string Spdx = "spdx";

    /// <summary>Bill of materials, CycloneDX 1.6 in JSON.</summary>
    public const string CycloneDx = "cyclonedx";

    /// <summary>In-toto statement with a SLSA provenance.</summary>
    public const string Provenance = "provenance";

    public static IReadOnlyList<string> BillsOfMaterials { get; } = [Spdx, CycloneDx];

    public static IReadOnlyList<string> All { get; } = [Spdx, CycloneDx, Provenance];

    /// <summary>File of a document that lies beside an image file: bin/app.image has bin/app.spdx.json.</summary>
    public static string FileBeside(string imageFile, string kind) =>
        $"{imageFile.AsSpan(0, imageFile.Length - Path.GetExtension(imageFile.AsSpan()).Length)}.{(kind == CycloneDx ? "cdx" : kind)}.json";
}
