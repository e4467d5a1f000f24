namespace ImageSdk.OpenStack.Settings;

/// <summary>What is said of a cloud, by the names of <c>clouds.yaml</c>: those of <c>auth</c> and those beside it are one list.</summary>
/// <param name="Origin">For messages, at the beginning of a sentence: "The cloud dev of /etc/openstack/clouds.yaml".</param>
sealed record SettingValues(string Origin, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Older names, with those that they stand for.</summary>
    static readonly (string Old, string Name)[] aliases =
    [
        ("user", "username"), ("user_name", "username"), ("tenant_name", "project_name"), ("tenant_id", "project_id"),
        ("endpoint_type", "interface"), ("region", "region_name"), ("ca_cert", "cacert"), ("url", "endpoint"),
    ];

    /// <summary>Empty where nothing is said.</summary>
    public string this[string name]
    {
        get
        {
            if (Values.TryGetValue(name, out var value))
                return value;
            foreach (var (old, current) in aliases)
                if (current == name && Values.TryGetValue(old, out value))
                    return value;
            return "";
        }
    }

    public string First(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (this[name] is { Length: > 0 } value)
                return value;
        return "";
    }

    public bool Flag(string name) => this[name].ToLowerInvariant() switch
    {
        "" or "false" or "no" or "off" or "0" => false,
        "true" or "yes" or "on" or "1" => true,
        var other => throw new OpenStackException("IMG7452", $"{Origin} has {name} \"{other}\". Write true or false."),
    };
}
