using System.Globalization;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Packages;

/// <summary>
/// dpkg's database of packages (/var/lib/dpkg/status, deb822 stanzas), read as far as a list of them needs:
/// dpkg-query's format <c>${binary:Package} ${Version} ${Installed-Size}</c>.
/// </summary>
static class DpkgStatus
{
    /// <summary>Where it lies in a root.</summary>
    public const string File = "var/lib/dpkg/status";

    const ulong InstalledSizeUnit = 1024;

    /// <returns>In bytewise order of their names; null where the text is no such database.</returns>
    public static IReadOnlyList<Package>? Parse(ReadOnlySpan<byte> text)
    {
        // dpkg's own architecture is that of the system.
        if (ReadStanzas(text) is not { } stanzas || stanzas.FindIndex(stanza => stanza.Name == "dpkg") is not (>= 0 and var dpkg))
            return null;
        var native = stanzas[dpkg].Architecture;
        var packages = new SortedDictionary<string, Package>(StringComparer.Ordinal);
        foreach (var stanza in stanzas.Where(stanza => stanza.IsPresent))
        {
            if (stanza.Version.Length == 0)
                return null;
            var name = stanza.IsAmbiguous(native) ? $"{stanza.Name}:{stanza.Architecture}" : stanza.Name;
            packages[name] = new Package(name, stanza.Version, stanza.InstalledSize * InstalledSizeUnit);
        }
        return [.. packages.Values];
    }

    struct Stanza()
    {
        public string Name = "";
        public string Version = "";
        public string Architecture = "";
        public string State = "";
        public bool IsForSameArchitecture;
        public ulong InstalledSize;

        /// <summary>Whether anything of it is there: its files, or only their configuration.</summary>
        public readonly bool IsPresent => State != "not-installed";

        /// <summary>Whether a name alone does not say which package is meant.</summary>
        public readonly bool IsAmbiguous(string native) =>
            IsForSameArchitecture || (Architecture != native && Architecture != "all" && Architecture.Length > 0);
    }

    static List<Stanza>? ReadStanzas(ReadOnlySpan<byte> text)
    {
        var stanzas = new List<Stanza>();
        var stanza = new Stanza();
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.IsEmpty)
            {
                if (stanza.Name.Length > 0)
                    stanzas.Add(stanza);
                stanza = new Stanza();
            }
            else if (line[0] is not ((byte)' ' or (byte)'\t') && !TryTake(line, ref stanza))
                return null;
        }
        if (stanza.Name.Length > 0)
            stanzas.Add(stanza);
        return stanzas.TrueForAll(known => known.State.Length > 0) ? stanzas : null;
    }

    static bool TryTake(ReadOnlySpan<byte> line, ref Stanza stanza)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
            return false;
        var value = line[(colon + 1)..].Trim(" \t\r"u8);
        switch (line[..colon])
        {
            case var field when field.SequenceEqual("Package"u8):
                stanza.Name = Encoding.UTF8.GetString(value);
                return stanza.Name.Length > 0;
            case var field when field.SequenceEqual("Status"u8):
                // "install ok installed": what is wanted, whether that went well, and what is.
                stanza.State = Encoding.UTF8.GetString(value[(value.LastIndexOf((byte)' ') + 1)..]);
                break;
            case var field when field.SequenceEqual("Version"u8):
                stanza.Version = Encoding.UTF8.GetString(value);
                break;
            case var field when field.SequenceEqual("Architecture"u8):
                stanza.Architecture = Encoding.UTF8.GetString(value);
                break;
            case var field when field.SequenceEqual("Multi-Arch"u8):
                stanza.IsForSameArchitecture = value.SequenceEqual("same"u8);
                break;
            case var field when field.SequenceEqual("Installed-Size"u8):
                return ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out stanza.InstalledSize)
                    && stanza.InstalledSize <= ulong.MaxValue / InstalledSizeUnit;
        }
        return true;
    }
}
