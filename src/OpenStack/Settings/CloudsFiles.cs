using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ImageSdk.OpenStack.Settings;

/// <summary>
/// <c>clouds.yaml</c> with <c>secure.yaml</c>, which adds what is to be kept secret, and <c>clouds-public.yaml</c>, which has what <c>profile</c> names. Of each,
/// the first that is found counts.
/// </summary>
sealed class CloudsFiles
{
    /// <summary>Clouds of the largest sites are some hundred lines each.</summary>
    const long LargestFile = 16 << 20;

    static readonly string[] extensions = [".yaml", ".yml", ".json"];

    readonly SettingsPlace place;
    readonly YamlMappingNode? clouds;
    readonly YamlMappingNode? secrets;
    readonly YamlMappingNode? profiles;

    CloudsFiles(SettingsPlace place)
    {
        this.place = place;
        File = Find("clouds", "OS_CLIENT_CONFIG_FILE");
        clouds = Read(File, "clouds");
        secrets = Read(Find("secure", "OS_CLIENT_SECURE_FILE"), "clouds");
        profiles = Read(Find("clouds-public", "OS_CLIENT_VENDOR_FILE"), "public-clouds");
    }

    /// <exception cref="OpenStackException">IMG7450: a file cannot be read, or has no such form.</exception>
    public static CloudsFiles Read(SettingsPlace place) => new(place);

    /// <summary>Path of <c>clouds.yaml</c>; null where there is none.</summary>
    public string? File { get; }

    public IReadOnlyList<string> Names => clouds is null ? [] : [.. clouds.Children.Keys.OfType<YamlScalarNode>().Select(name => name.Value ?? "")];

    /// <exception cref="OpenStackException">IMG7451: there is no such cloud.</exception>
    public SettingValues Find(string name)
    {
        if (clouds is null)
            throw new OpenStackException("IMG7451",
                $"There is no cloud \"{name}\": no clouds.yaml was found in {string.Join(", ", place.Folders())}. Write one, or name its path in OS_CLIENT_CONFIG_FILE.");
        if (Map(clouds, name) is not { } cloud)
            throw new OpenStackException("IMG7451", $"There is no cloud \"{name}\" in {File}. It has: {(Names.Count > 0 ? string.Join(", ", Names) : "none")}.");
        var origin = $"The cloud {name} of {File}";
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(cloud, values);
        if (Map(secrets, name) is { } secret)
            Add(secret, values);
        if (values.GetValueOrDefault("profile") is { } profile && Map(profiles, profile) is { } shared)
        {
            var under = new Dictionary<string, string>(StringComparer.Ordinal);
            Add(shared, under);
            foreach (var (key, value) in under)
                values.TryAdd(key, value);
        }
        AddRegion(cloud, values, origin);
        return new(origin, values);
    }

    // Names of the part auth are taken as if they stood beside it, and before those that do.
    static void Add(YamlMappingNode map, Dictionary<string, string> values)
    {
        foreach (var (key, value) in map.Children)
            if (Text(key) is { } name)
                switch (value)
                {
                    case YamlScalarNode { Value: { } text } scalar when !IsNull(scalar):
                        values[name] = text;
                        break;
                    case YamlSequenceNode { Children: [YamlScalarNode { Value: { } first }, ..] } when name == "interface":
                        values[name] = first;
                        break;
                }
        if (Map(map, "auth") is { } auth)
            Add(auth, values);
    }

    static bool IsNull(YamlScalarNode scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>Where several are listed, the one that is named, or the first; a region may have settings of its own.</summary>
    static void AddRegion(YamlMappingNode cloud, Dictionary<string, string> values, string origin)
    {
        if (!cloud.Children.TryGetValue(new YamlScalarNode("regions"), out var node) || node is not YamlSequenceNode { Children.Count: > 0 } regions)
            return;
        var wanted = values.GetValueOrDefault("region_name");
        var names = regions.Children.Select(NameOf).ToList();
        var at = wanted is null ? 0 : names.IndexOf(wanted);
        if (at < 0)
            throw new OpenStackException("IMG7452", $"{origin} has region_name \"{wanted}\", which is not among its regions: {string.Join(", ", names)}.");
        values["region_name"] = names[at];
        if (regions.Children[at] is YamlMappingNode map && Map(map, "values") is { } own)
            Add(own, values);
    }

    static string NameOf(YamlNode region) => region switch
    {
        YamlScalarNode scalar => scalar.Value ?? "",
        YamlMappingNode map when map.Children.TryGetValue(new YamlScalarNode("name"), out var name) && name is YamlScalarNode scalar => scalar.Value ?? "",
        _ => "",
    };

    static string? Text(YamlNode node) => node is YamlScalarNode { Value: { Length: > 0 } value } ? value.Replace('-', '_').ToLowerInvariant() : null;

    static YamlMappingNode? Map(YamlMappingNode? map, string key) =>
        map is not null && map.Children.TryGetValue(new YamlScalarNode(key), out var found) ? found as YamlMappingNode : null;

    string? Find(string name, string variable)
    {
        if (place.Text(variable) is { } said)
        {
            var path = place.Resolve(said);
            return System.IO.File.Exists(path) ? path : throw new OpenStackException("IMG7450", $"{variable} names {path}, which is not there. Correct it, or unset it.");
        }
        return (from folder in place.Folders()
                from extension in extensions
                let path = Path.Combine(folder, name + extension)
                where System.IO.File.Exists(path)
                select path).FirstOrDefault();
    }

    static YamlMappingNode? Read(string? file, string part)
    {
        if (file is null)
            return null;
        try
        {
            using var stream = System.IO.File.OpenRead(file);
            if (stream.Length > LargestFile)
                throw new OpenStackException("IMG7450", $"{file} is larger than {LargestFile >> 20} MiB. It is no list of clouds.");
            using var reader = new StreamReader(stream);
            var yaml = new YamlStream();
            yaml.Load(reader);
            if (yaml.Documents is [])
                return null;
            if (yaml.Documents[0].RootNode is not YamlMappingNode root)
                throw new OpenStackException("IMG7450", $"{file} is no list of clouds: it has to begin with \"{part}:\".");
            return Map(root, part);
        }
        catch (YamlException exception)
        {
            // Its message may have a part of the file in it, which may be a password.
            throw new OpenStackException("IMG7450", $"{file} is not valid YAML: line {exception.Start.Line}, column {exception.Start.Column}. Correct it.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OpenStackException("IMG7450", $"{file} cannot be read: {exception.Message.TrimEnd('.')}. Make it readable for the user who runs this.", inner: exception);
        }
    }
}
