namespace ImageSdk.Advisories.Reading;

/// <summary>dpkg's database of packages (/var/lib/dpkg/status), as far as an audit needs it.</summary>
public static class DpkgDatabase
{
    /// <summary>The packages whose files are there.</summary>
    public static IReadOnlyList<AuditedPackage> Read(TextReader text)
    {
        var packages = new List<AuditedPackage>();
        var (name, version, source, status) = ("", "", "", "");
        while (true)
        {
            var line = text.ReadLine();
            if (string.IsNullOrEmpty(line))
            {
                if (name.Length > 0 && version.Length > 0 && !status.EndsWith("not-installed", StringComparison.Ordinal) && !status.EndsWith("config-files", StringComparison.Ordinal))
                    packages.Add(Of(name, version, source));
                (name, version, source, status) = ("", "", "", "");
                if (line is null)
                    return packages;
            }
            else if (Value(line, "Package:") is { } package)
                name = package;
            else if (Value(line, "Version:") is { } number)
                version = number;
            else if (Value(line, "Source:") is { } from)
                source = from;
            else if (Value(line, "Status:") is { } state)
                status = state;
        }
    }

    static string? Value(string line, string field) => line.StartsWith(field, StringComparison.Ordinal) ? line[field.Length..].Trim() : null;

    static AuditedPackage Of(string name, string version, string source) => source.IndexOf(" (", StringComparison.Ordinal) is > 0 and var parenthesis
        ? AuditedPackage.Of(name, version, source[..parenthesis], source[(parenthesis + 2)..].TrimEnd(')'))
        : AuditedPackage.Of(name, version, source, version);
}
