namespace ImageSdk.OpenStack.Settings;

/// <summary>How a cloud is reached, and who one is there. Texts are empty where nothing is said.</summary>
public sealed record CloudSettings
{
    /// <summary>The domain that every Keystone has.</summary>
    const string DefaultDomain = "default";

    /// <summary>For messages, at the beginning of a sentence: "The cloud dev of /etc/openstack/clouds.yaml".</summary>
    public required string Origin { get; init; }

    public AuthenticationType Type { get; init; }

    /// <summary>Where to log in; of Keystone without the version.</summary>
    public Uri? AuthUrl { get; init; }

    public string UserName { get; init; } = "";

    public string UserId { get; init; } = "";

    public DomainName UserDomain { get; init; } = new("", DefaultDomain);

    public string ProjectName { get; init; } = "";

    public string ProjectId { get; init; } = "";

    public DomainName ProjectDomain { get; init; } = new("", DefaultDomain);

    /// <summary>A domain that the token is for, in the place of a project.</summary>
    public DomainName Domain { get; init; } = new("", "");

    /// <summary>"all" for a token for the whole system.</summary>
    public string SystemScope { get; init; } = "";

    public string Password { get; init; } = "";

    public string Token { get; init; } = "";

    public string ApplicationCredentialId { get; init; } = "";

    public string ApplicationCredentialName { get; init; } = "";

    public string ApplicationCredentialSecret { get; init; } = "";

    /// <summary>Of the services in the catalogue; empty for any.</summary>
    public string Region { get; init; } = "";

    /// <summary>"public", "internal" or "admin": which of a service's addresses.</summary>
    public string Interface { get; init; } = "public";

    /// <summary>Addresses by types of services ("image", "object-store"), in the place of the catalogue's. The name "" stands for any service.</summary>
    public IReadOnlyDictionary<string, Uri> Endpoints { get; init; } = new Dictionary<string, Uri>();

    public TlsSettings Tls { get; init; } = new();

    /// <summary>What must not be seen anywhere.</summary>
    internal IEnumerable<string> Secrets => [Password, Token, ApplicationCredentialSecret];

    /// <summary>Settings for an address that takes requests without a login.</summary>
    public static CloudSettings Open(string service, Uri endpoint) =>
        new() { Origin = $"The address {endpoint}", Endpoints = new Dictionary<string, Uri> { [service] = endpoint } };

    public override string ToString() => Origin;

    /// <exception cref="OpenStackException">IMG7452, IMG7453: something is missing or wrong.</exception>
    internal static CloudSettings From(SettingValues values, SettingsPlace place)
    {
        var type = AuthenticationTypes.Read(values);
        var isOfProject = values.First("project_name", "project_id").Length > 0;
        var domain = new DomainName(values["domain_name"], values["domain_id"]);
        var settings = new CloudSettings
        {
            Origin = values.Origin,
            Type = type,
            AuthUrl = values["auth_url"] is { Length: > 0 } address ? Address(values, "auth_url", address) : null,
            UserName = values["username"],
            UserId = values["user_id"],
            UserDomain = DomainOf(values, "user", isOfProject ? domain : null),
            ProjectName = values["project_name"],
            ProjectId = values["project_id"],
            ProjectDomain = DomainOf(values, "project", isOfProject ? domain : null),
            Domain = isOfProject ? new("", "") : domain,
            SystemScope = values["system_scope"],
            Password = values["password"],
            Token = values["token"],
            ApplicationCredentialId = values["application_credential_id"],
            ApplicationCredentialName = values["application_credential_name"],
            ApplicationCredentialSecret = values["application_credential_secret"],
            Region = values["region_name"],
            Interface = InterfaceOf(values),
            Endpoints = EndpointsOf(values),
            Tls = TlsSettings.From(values, place),
        };
        settings.Check(values);
        return settings;
    }

    /// <summary>The names of settings that a way to log in needs: of each group one.</summary>
    static string[][] Needed(AuthenticationType type) => type switch
    {
        AuthenticationType.Password => [["auth_url"], ["username", "user_id"], ["password"]],
        AuthenticationType.ApplicationCredential => [["auth_url"], ["application_credential_id", "application_credential_name"], ["application_credential_secret"]],
        AuthenticationType.Token => [["auth_url"], ["token"]],
        AuthenticationType.AdminToken => [["endpoint"], ["token"]],
        AuthenticationType.Version1 => [["auth_url"], ["username"], ["password"]],
        _ => [],
    };

    void Check(SettingValues values)
    {
        foreach (var group in Needed(Type))
            if (values.First(group).Length == 0)
                throw new OpenStackException("IMG7452",
                    $"{Origin} has no {string.Join(" or ", group)}, which is needed to log in ({Type}){(values["profile"] is { Length: > 0 } profile ? $"; the profile \"{profile}\" was not found in a clouds-public.yaml, or does not say it" : "")}. Add it.");
        if (Type == AuthenticationType.ApplicationCredential && ApplicationCredentialId.Length == 0 && values.First("username", "user_id").Length == 0)
            throw new OpenStackException("IMG7452", $"{Origin} names an application credential without the user that it belongs to. Add application_credential_id, or username.");
    }

    static DomainName DomainOf(SettingValues values, string of, DomainName? common)
    {
        var said = new DomainName(values[$"{of}_domain_name"], values[$"{of}_domain_id"]);
        if (said.IsSaid)
            return said;
        if (common is { IsSaid: true })
            return common;
        return values.First("default_domain_id", "default_domain") is { Length: > 0 } id ? new("", id)
            : values["default_domain_name"] is { Length: > 0 } name ? new(name, "") : new("", DefaultDomain);
    }

    static string InterfaceOf(SettingValues values)
    {
        var said = values["interface"];
        var name = said.EndsWith("URL", StringComparison.Ordinal) ? said[..^3] : said;
        return name is "" ? "public" : name is "public" or "internal" or "admin" ? name
            : throw new OpenStackException("IMG7452", $"{values.Origin} has interface \"{said}\". It is public, internal or admin.");
    }

    // image_endpoint_override: …
    static Dictionary<string, Uri> EndpointsOf(SettingValues values)
    {
        var endpoints = new Dictionary<string, Uri>(StringComparer.Ordinal);
        foreach (var service in (string[])["image", "object-store"])
        {
            var name = service.Replace('-', '_');
            if (values.First($"{name}_endpoint_override", $"{name}_endpoint") is { Length: > 0 } address)
                endpoints[service] = Address(values, $"{name}_endpoint_override", address);
        }
        if (values["endpoint"] is { Length: > 0 } any)
            endpoints[""] = Address(values, "endpoint", any);
        return endpoints;
    }

    static Uri Address(SettingValues values, string name, string address) => ParseAddress(address)
        ?? throw new OpenStackException("IMG7452", $"{values.Origin} has {name} that is no address of a server. Write https://HOST:PORT/PATH, without name and password.");

    /// <summary>Null where it is none of a server, or has a user in it, which would end up in messages.</summary>
    internal static Uri? ParseAddress(string address) =>
        Uri.TryCreate(address.TrimEnd('/'), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { UserInfo: "", Query: "", Fragment: "" } ? uri : null;
}

/// <summary>A domain of Keystone by its name or, where that is empty, its id; both empty for none.</summary>
public sealed record DomainName(string Name, string Id)
{
    public bool IsSaid => Name.Length > 0 || Id.Length > 0;
}
