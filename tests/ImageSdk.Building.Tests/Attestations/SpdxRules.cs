using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImageSdk.Building.Tests.Attestations;

/// <summary>What SPDX 2.3 demands of a document, as far as ours use it: every member known, of its type, and every reference resolved.</summary>
static partial class SpdxRules
{
    static readonly HashSet<string> relationships = ["DESCRIBES", "CONTAINS", "DEPENDS_ON", "DESCENDANT_OF"];

    public static void Check(JsonElement document)
    {
        Members(document, ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo", "packages", "relationships"], ["documentDescribes", "files", "hasExtractedLicensingInfos"]);
        Assert.Equal("SPDX-2.3", Text(document, "spdxVersion"));
        Assert.Equal("CC0-1.0", Text(document, "dataLicense"));
        Assert.Equal("SPDXRef-DOCUMENT", Text(document, "SPDXID"));
        Assert.True(Uri.TryCreate(Text(document, "documentNamespace"), UriKind.Absolute, out var space) && space.Fragment.Length == 0);
        var creation = document.GetProperty("creationInfo");
        Members(creation, ["created", "creators"], []);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", Text(creation, "created"));
        Assert.All(creation.GetProperty("creators").EnumerateArray(), creator => Assert.Matches("^(Tool|Person|Organization): .+", creator.GetString()));

        var references = List(document, "hasExtractedLicensingInfos").Select(CheckText).ToHashSet();
        var packages = List(document, "packages").ToDictionary(package => CheckPackage(package, references));
        var files = List(document, "files").Select(file => CheckFile(file, references)).ToHashSet();
        string[] ids = ["SPDXRef-DOCUMENT", .. packages.Keys, .. files];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        foreach (var relation in List(document, "relationships"))
        {
            Members(relation, ["spdxElementId", "relationshipType", "relatedSpdxElement"], []);
            Assert.Contains(Text(relation, "relationshipType"), relationships);
            Assert.Contains(Text(relation, "spdxElementId"), ids);
            Assert.Contains(Text(relation, "relatedSpdxElement"), ids);
            // A package whose files were not looked at has none.
            if (files.Contains(Text(relation, "relatedSpdxElement")))
                Assert.True(packages[Text(relation, "spdxElementId")].GetProperty("filesAnalyzed").GetBoolean());
        }
        Assert.All(List(document, "documentDescribes"), described => Assert.Contains(described.GetString(), ids));
    }

    static string CheckPackage(JsonElement package, HashSet<string> references)
    {
        Members(package, ["SPDXID", "name", "downloadLocation", "filesAnalyzed", "licenseConcluded", "licenseDeclared", "copyrightText"],
            ["versionInfo", "supplier", "homepage", "sourceInfo", "licenseComments", "summary", "checksums", "externalRefs", "primaryPackagePurpose", "packageVerificationCode", "licenseInfoFromFiles", "comment"]);
        CheckExpression(Text(package, "licenseDeclared"), references);
        CheckExpression(Text(package, "licenseConcluded"), references);
        if (package.TryGetProperty("supplier", out var supplier))
            Assert.Matches("^(NOASSERTION|(Person|Organization): [^\n]+)$", supplier.GetString());
        Assert.Equal(package.GetProperty("filesAnalyzed").GetBoolean(), package.TryGetProperty("packageVerificationCode", out var code));
        if (code.ValueKind == JsonValueKind.Object)
            Assert.Matches("^[0-9a-f]{40}$", Text(code, "packageVerificationCodeValue"));
        CheckSums(package);
        foreach (var reference in List(package, "externalRefs"))
        {
            Members(reference, ["referenceCategory", "referenceType", "referenceLocator"], []);
            Assert.Contains(Text(reference, "referenceCategory"), new[] { "PACKAGE-MANAGER", "OTHER" });
            if (Text(reference, "referenceType") == "purl")
                CheckPurl(Text(reference, "referenceLocator"));
            Assert.DoesNotContain(' ', Text(reference, "referenceLocator"));
        }
        return Id(package);
    }

    static string CheckFile(JsonElement file, HashSet<string> references)
    {
        Members(file, ["SPDXID", "fileName", "checksums"], ["licenseConcluded", "licenseInfoInFiles", "copyrightText", "comment"]);
        Assert.StartsWith("./", Text(file, "fileName"));
        Assert.Contains("SHA1", CheckSums(file));
        CheckExpression(Text(file, "licenseConcluded"), references);
        return Id(file);
    }

    static IReadOnlyList<string> CheckSums(JsonElement owner)
    {
        var lengths = new Dictionary<string, int> { ["SHA1"] = 40, ["SHA256"] = 64, ["SHA512"] = 128 };
        var algorithms = new List<string>();
        foreach (var sum in List(owner, "checksums"))
        {
            Members(sum, ["algorithm", "checksumValue"], []);
            Assert.Matches($"^[0-9a-f]{{{lengths[Text(sum, "algorithm")]}}}$", Text(sum, "checksumValue"));
            algorithms.Add(Text(sum, "algorithm"));
        }
        return algorithms;
    }

    static string CheckText(JsonElement licence)
    {
        Members(licence, ["licenseId", "extractedText"], ["name"]);
        Assert.Matches("^LicenseRef-[A-Za-z0-9.-]+$", Text(licence, "licenseId"));
        Assert.NotEmpty(Text(licence, "extractedText"));
        return Text(licence, "licenseId");
    }

    static string Id(JsonElement element)
    {
        Assert.Matches("^SPDXRef-[A-Za-z0-9.-]+$", Text(element, "SPDXID"));
        return Text(element, "SPDXID");
    }

    /// <summary>The grammar of licence expressions: identifiers, WITH, AND, OR, parentheses.</summary>
    public static void CheckExpression(string expression, IReadOnlySet<string> references)
    {
        if (expression is "NOASSERTION" or "NONE")
            return;
        var words = Word().Matches(expression).Select(match => match.Value).ToList();
        Assert.Equal(expression.Replace(" ", "", StringComparison.Ordinal), string.Concat(words));
        var at = 0;
        Join();
        Assert.Equal(words.Count, at);

        void Join()
        {
            Term();
            while (at < words.Count && words[at] is "AND" or "OR")
            {
                at++;
                Term();
            }
        }

        void Term()
        {
            Assert.True(at < words.Count, expression);
            if (words[at] == "(")
            {
                at++;
                Join();
                Assert.Equal(")", words[at++]);
                return;
            }
            Assert.Matches("^[A-Za-z0-9.+-]+$", words[at]);
            Assert.DoesNotContain(words[at], new[] { "AND", "OR", "WITH" });
            if (words[at].StartsWith("LicenseRef-", StringComparison.Ordinal))
                Assert.Contains(words[at], references);
            at++;
            if (at < words.Count && words[at] == "WITH")
            {
                Assert.EndsWith("xception", Regex.Replace(words[at + 1], "(-[0-9.]+)?$|(?<=^Linux-syscall-)note$", "").Replace("Linux-syscall-", "exception", StringComparison.Ordinal));
                at += 2;
            }
        }
    }

    public static void CheckPurl(string purl) => Assert.Matches(
        @"^pkg:(deb|rpm|generic)(/[a-z0-9._-]+)?/[A-Za-z0-9._~:%-]+@[A-Za-z0-9._~:%-]+(\?[a-z]+=[A-Za-z0-9._~:%-]+(&[a-z]+=[A-Za-z0-9._~:%-]+)*)?$", purl);

    public static void Members(JsonElement element, IReadOnlyList<string> required, IReadOnlyList<string> optional)
    {
        var names = element.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Empty(required.Except(names));
        Assert.Empty(names.Except(required).Except(optional));
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    public static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static IEnumerable<JsonElement> List(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    [GeneratedRegex(@"[()]|[^\s()]+")]
    private static partial Regex Word();
}
