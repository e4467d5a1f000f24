namespace ImageSdk.OpenStack.Settings;

/// <summary>How a client shows a cloud who it is.</summary>
public enum AuthenticationType
{
    /// <summary>Not at all. Services are found by addresses in the settings.</summary>
    None,

    /// <summary>By a token that was given, at addresses in the settings.</summary>
    AdminToken,

    /// <summary>Keystone, version 3: name and password.</summary>
    Password,

    /// <summary>Keystone, version 3: a credential of an application.</summary>
    ApplicationCredential,

    /// <summary>Keystone, version 3: a token, which another one is asked for with.</summary>
    Token,

    /// <summary>Version 1, which Swift's own <c>tempauth</c> speaks: user and key.</summary>
    Version1,
}

static class AuthenticationTypes
{
    /// <summary>Names in settings, those of keystoneauth's plug-ins.</summary>
    static readonly Dictionary<string, AuthenticationType> byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["none"] = AuthenticationType.None,
        ["noauth"] = AuthenticationType.None,
        ["admin_token"] = AuthenticationType.AdminToken,
        ["token_endpoint"] = AuthenticationType.AdminToken,
        ["password"] = AuthenticationType.Password,
        ["v3password"] = AuthenticationType.Password,
        ["v3applicationcredential"] = AuthenticationType.ApplicationCredential,
        ["token"] = AuthenticationType.Token,
        ["v3token"] = AuthenticationType.Token,
        ["v1password"] = AuthenticationType.Version1,
    };

    /// <summary>Of a name; where none is said, of what there is to log in with.</summary>
    /// <exception cref="OpenStackException">IMG7453.</exception>
    public static AuthenticationType Read(SettingValues values)
    {
        if (values["auth_type"] is { Length: > 0 } name)
            return byName.TryGetValue(name, out var type) ? type : throw new OpenStackException("IMG7453",
                $"{values.Origin} asks for auth_type \"{name}\", which is not known here. Known: {string.Join(", ", byName.Keys.Order(StringComparer.Ordinal))}.");
        if (values["application_credential_secret"].Length > 0)
            return AuthenticationType.ApplicationCredential;
        if (values["password"].Length > 0 || values["auth_url"].Length > 0 && values["token"].Length == 0)
            return AuthenticationType.Password;
        return values["token"].Length == 0 ? AuthenticationType.None : values["auth_url"].Length > 0 ? AuthenticationType.Token : AuthenticationType.AdminToken;
    }
}
