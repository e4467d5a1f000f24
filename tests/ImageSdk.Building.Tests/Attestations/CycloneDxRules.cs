using System.Text.Json;
using static ImageSdk.Building.Tests.Attestations.SpdxRules;

namespace ImageSdk.Building.Tests.Attestations;

/// <summary>What CycloneDX 1.6 demands of a document, as far as ours use it.</summary>
static class CycloneDxRules
{
    static readonly Dictionary<string, int> lengths = new() { ["SHA-1"] = 40, ["SHA-256"] = 64, ["SHA-512"] = 128 };

    public static void Check(JsonElement document)
    {
        Members(document, ["bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"], ["$schema"]);
        Assert.Equal(("CycloneDX", "1.6"), (Text(document, "bomFormat"), Text(document, "specVersion")));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", Text(document, "serialNumber"));
        var metadata = document.GetProperty("metadata");
        Members(metadata, ["timestamp", "lifecycles", "tools", "component"], []);
        var references = List(document, "components").Append(metadata.GetProperty("component")).Select(CheckComponent).ToList();
        Assert.Equal(references.Count, references.Distinct().Count());
        foreach (var dependency in List(document, "dependencies"))
        {
            Members(dependency, ["ref", "dependsOn"], []);
            Assert.Contains(Text(dependency, "ref"), references);
            var needed = List(dependency, "dependsOn").Select(item => item.GetString()!).ToList();
            Assert.Empty(needed.Except(references));
            Assert.Equal(needed.Count, needed.Distinct().Count());
        }
    }

    static string CheckComponent(JsonElement component)
    {
        Members(component, ["type", "name", "bom-ref"],
            ["version", "description", "supplier", "hashes", "licenses", "purl", "externalReferences", "properties", "pedigree"]);
        Assert.Contains(Text(component, "type"), new[] { "operating-system", "library", "file" });
        foreach (var hash in List(component, "hashes"))
            Assert.Matches($"^[0-9a-f]{{{lengths[Text(hash, "alg")]}}}$", Text(hash, "content"));
        if (component.TryGetProperty("purl", out var purl))
            CheckPurl(purl.GetString()!);
        var licences = List(component, "licenses").ToList();
        if (licences is [var only])
        {
            Members(only, [], ["license", "expression"]);
            if (only.TryGetProperty("license", out var licence))
                Members(licence, [], ["id", "name"]);
        }
        Assert.True(licences.Count < 2);
        foreach (var reference in List(component, "externalReferences"))
            Assert.True(Uri.TryCreate(Text(reference, "url"), UriKind.Absolute, out _));
        foreach (var property in List(component, "properties"))
            Members(property, ["name", "value"], []);
        return Text(component, "bom-ref");
    }
}
