namespace ImageSdk.OpenStack.Settings;

/// <summary>Reads the settings of a cloud where OpenStack's own clients have them: <c>clouds.yaml</c> and variables.</summary>
public static class CloudReader
{
    /// <summary>The name by which OpenStack's clients call what variables say.</summary>
    public const string OfVariables = "envvars";

    /// <summary>What variables say, by the names of <c>clouds.yaml</c>; each begins with OS_.</summary>
    static readonly string[] names =
    [
        "auth_type", "auth_url", "username", "user_id", "user_domain_name", "user_domain_id", "password", "token",
        "project_name", "project_id", "project_domain_name", "project_domain_id", "tenant_name", "tenant_id", "domain_name", "domain_id", "system_scope",
        "default_domain", "default_domain_id", "default_domain_name", "application_credential_id", "application_credential_name", "application_credential_secret",
        "region_name", "interface", "endpoint_type", "cacert", "cert", "key", "insecure", "endpoint", "url",
        "image_endpoint_override", "object_store_endpoint_override", "image_endpoint", "object_store_endpoint",
    ];

    /// <summary>Variables of Swift's client, for its first way to log in.</summary>
    static readonly (string Variable, string Name)[] version1 = [("ST_AUTH", "auth_url"), ("ST_USER", "username"), ("ST_KEY", "password")];

    /// <summary>The settings that a user means.</summary>
    /// <param name="cloud">
    /// The name of a cloud in <c>clouds.yaml</c>; "envvars" for what variables say; an address (<c>https://…</c>) of the service, with the credentials of
    /// <c>OS_CLOUD</c> or of variables where there are any, and otherwise none; empty for <c>OS_CLOUD</c>, variables, or the only cloud of
    /// the file, whichever there is.
    /// </param>
    /// <param name="service">Type of the service that an address is of: "image", "object-store".</param>
    /// <exception cref="OpenStackException">There is no such cloud, or its settings are wrong.</exception>
    public static CloudSettings Read(string cloud, string service, SettingsPlace place)
    {
        if (cloud.Contains("://", StringComparison.Ordinal))
        {
            var address = CloudSettings.ParseAddress(cloud)
                ?? throw new OpenStackException("IMG7452", "The address of a service has the form https://HOST:PORT/PATH, without name, password and query.");
            return ReadVariables(place) is { } said
                ? CloudSettings.From(said, place) with { Endpoints = new Dictionary<string, Uri> { [service] = address } }
                : CloudSettings.Open(service, address);
        }
        return CloudSettings.From(Find(cloud, place), place);
    }

    static SettingValues Find(string cloud, SettingsPlace place)
    {
        if (cloud is not ("" or OfVariables))
            return CloudsFiles.Read(place).Find(cloud);
        if ((cloud.Length == 0 ? ReadVariables(place) : OwnVariables(place)) is { } said)
            return said;
        var files = CloudsFiles.Read(place);
        if (cloud.Length == 0 && files.Names is [var only])
            return files.Find(only);
        throw new OpenStackException("IMG7451", cloud.Length > 0
            ? "No variable says how to reach the cloud. Set OS_AUTH_URL and its kin, or name a cloud of clouds.yaml."
            : $"No cloud is named. {(files.File is { } file ? $"{file} has: {string.Join(", ", files.Names)}. Name one, or set OS_CLOUD." : $"Name one of a clouds.yaml (in {string.Join(", ", place.Folders())}), or set OS_AUTH_URL and its kin.")}");
    }

    /// <summary>Of OS_CLOUD, which comes first, or of the other variables; null where none is set.</summary>
    static SettingValues? ReadVariables(SettingsPlace place) => place.Text("OS_CLOUD") switch
    {
        null or OfVariables => OwnVariables(place),
        var cloud => CloudsFiles.Read(place).Find(cloud),
    };

    static SettingValues? OwnVariables(SettingsPlace place)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
            if (place.Text("OS_" + name.ToUpperInvariant()) is { } value)
                values[name] = value;
        if (values.ContainsKey("auth_url") || values.ContainsKey("endpoint") || values.ContainsKey("url") || values.Keys.Any(name => name.Contains("_endpoint", StringComparison.Ordinal)))
            return new("The environment (OS_AUTH_URL and its kin)", values);
        if (place.Text("ST_AUTH") is null)
            return null;
        foreach (var (variable, name) in version1)
            if (place.Text(variable) is { } value)
                values[name] = value;
        values["auth_type"] = "v1password";
        return new("The environment (ST_AUTH and its kin)", values);
    }
}
