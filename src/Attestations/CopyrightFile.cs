using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Contracts.Inspection;

namespace ImageSdk.Attestations;

/// <summary>
/// What a package's copyright file (/usr/share/doc/NAME/copyright) says of its licences. Of the machine-readable format
/// (copyright-format 1.0) that is an SPDX expression that joins those of all its files; of any other text only which of the
/// common licences it points to, since what applies to what is for people to read.
/// </summary>
/// <param name="Licence">SPDX expression; empty where the file has none that a machine can read.</param>
/// <param name="Texts">Of the licences in it that SPDX has not got, by their LicenseRef.</param>
/// <param name="CommonLicences">Names of files in /usr/share/common-licenses that the text mentions.</param>
sealed partial record CopyrightFile(string Licence, IReadOnlyDictionary<string, LicenceText> Texts, IReadOnlyList<string> CommonLicences)
{
    /// <summary>Longer files are not read; the longest of Debian have a few megabytes.</summary>
    public const int LongestFile = 8 << 20;

    const int MostParagraphs = 10_000;
    const int MostTexts = 256;
    const int LongestText = 32 << 10;
    const int LongestName = 64;
    const int MostPointers = 32;

    public static CopyrightFile Nothing { get; } = new("", new Dictionary<string, LicenceText>(), []);

    public static CopyrightFile Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length > LongestFile)
            return Nothing;
        var text = Encoding.UTF8.GetString(file);
        var pointers = CommonLicence().Matches(text).Take(MostPointers * 8).Select(match => match.Groups[1].Value.TrimEnd('.'))
            .Distinct().Order(StringComparer.Ordinal).Take(MostPointers).ToList();
        return Paragraph.ReadAll(text, MostParagraphs) is [var header, ..] paragraphs && header.Has("Format")
            ? new Reader(paragraphs).Read() with { CommonLicences = pointers }
            : Nothing with { CommonLicences = pointers };
    }

    [GeneratedRegex("/usr/share/common-licen[sc]es/([A-Za-z0-9][A-Za-z0-9.+-]*)", RegexOptions.CultureInvariant)]
    private static partial Regex CommonLicence();

    sealed class Reader(IReadOnlyList<Paragraph> paragraphs)
    {
        readonly Dictionary<string, LicenceText> texts = [];
        readonly Dictionary<string, string> standalone = paragraphs.Where(paragraph => !paragraph.Has("Files") && !paragraph.Has("Format"))
            .Select(paragraph => paragraph.Field("License")).Where(licence => licence.Body.Length > 0)
            .DistinctBy(licence => licence.First, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(licence => licence.First, licence => licence.Body, StringComparer.OrdinalIgnoreCase);

        public CopyrightFile Read()
        {
            var licences = paragraphs.Where(paragraph => paragraph.Has("Files") || paragraph.Has("Format"))
                .Select(paragraph => paragraph.Field("License")).Where(licence => licence.First.Length > 0).Distinct()
                .Select(licence => LicenceExpression.Parse(licence.First, name => Find(name, licence.Body)) ?? Refer(licence.First, licence.Body)).ToList();
            // What cannot be told whole is not told by halves.
            if (licences.Count == 0 || texts.Count > MostTexts)
                return Nothing;
            var joined = LicenceExpression.All(licences);
            var used = joined.Identifiers.ToHashSet();
            return Nothing with { Licence = joined.ToString(), Texts = texts.Where(text => used.Contains(text.Key)).ToDictionary() };
        }

        LicenceExpression Find(string name, string text)
        {
            var with = name.IndexOf(" with ", StringComparison.Ordinal);
            var licence = LicenceNames.Find(with < 0 ? name : name[..with]);
            if (with < 0)
                return licence is null ? Refer(name, text) : LicenceExpression.Of(licence);
            var exception = name[(with + " with ".Length)..];
            if (exception.EndsWith(" exception", StringComparison.Ordinal))
                exception = exception[..^" exception".Length];
            return licence is not null && LicenceNames.FindException(exception) is { } known
                ? LicenceExpression.Of($"{licence} WITH {known}")
                : Refer(name, text);
        }

        LicenceExpression Refer(string name, string text)
        {
            if (text.Length == 0)
                text = standalone.GetValueOrDefault(name, $"The copyright file names this licence without its text: {name}");
            if (text.Length > LongestText)
                text = text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…";
            if (name.Length > LongestName)
                name = name[..(char.IsHighSurrogate(name[LongestName - 1]) ? LongestName - 1 : LongestName)] + "…";
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
            var readable = Unusual().Replace(name, "-").Trim('-');
            var identifier = $"LicenseRef-{(readable.Length > 0 ? readable + "-" : "")}{digest}";
            texts[identifier] = new(name, text);
            return LicenceExpression.Of(identifier);
        }
    }

    [GeneratedRegex("[^A-Za-z0-9.]+")]
    private static partial Regex Unusual();

    /// <summary>Fields of one paragraph. What comes after a name is its first line, and the lines that go on.</summary>
    sealed class Paragraph
    {
        readonly Dictionary<string, (string First, string Body)> fields = new(StringComparer.OrdinalIgnoreCase);

        public bool Has(string name) => fields.ContainsKey(name);

        public (string First, string Body) Field(string name) => fields.GetValueOrDefault(name, ("", ""));

        public static IReadOnlyList<Paragraph> ReadAll(string text, int most)
        {
            var paragraphs = new List<Paragraph>();
            var paragraph = new Paragraph();
            string? field = null;
            var rest = new StringBuilder();
            foreach (var range in text.AsSpan().Split('\n'))
            {
                var line = text.AsSpan()[range].TrimEnd();
                if (line.IsEmpty)
                {
                    Close();
                    if (paragraph.fields.Count > 0)
                        paragraphs.Add(paragraph);
                    if (paragraphs.Count > most)
                        return [];
                    paragraph = new();
                }
                else if (line[0] is ' ' or '\t')
                    rest.Append(line[1..] is "." ? "" : line[1..]).Append('\n');
                else if (line[0] != '#' && line.IndexOf(':') is > 0 and var colon)
                {
                    Close();
                    field = line[..colon].ToString();
                    paragraph.fields.TryAdd(field, (line[(colon + 1)..].Trim().ToString(), ""));
                }
            }
            Close();
            if (paragraph.fields.Count > 0)
                paragraphs.Add(paragraph);
            return paragraphs;

            void Close()
            {
                if (field is not null && rest.Length > 0)
                    paragraph.fields[field] = (paragraph.fields[field].First, rest.ToString().TrimEnd());
                field = null;
                rest.Clear();
            }
        }
    }
}
