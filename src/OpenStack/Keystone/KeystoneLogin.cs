using System.Globalization;
using System.Net;
using System.Text.Json;
using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Settings;

namespace ImageSdk.OpenStack.Keystone;

/// <summary>Version 3 of Keystone's interface: a token, and with it the catalogue of services.</summary>
sealed class KeystoneLogin(CloudSettings settings, ServiceConnection connection) : ILogin
{
    readonly Uri address = TokensOf(settings.AuthUrl!);

    // auth_url may have the version in it or not.
    static Uri TokensOf(Uri address)
    {
        var text = address.AbsoluteUri.TrimEnd('/');
        foreach (var version in (string[])["/v3", "/v2.0"])
            if (text.EndsWith(version, StringComparison.Ordinal))
                text = text[..^version.Length];
        return new(text + "/v3/auth/tokens");
    }

    public async Task<CloudToken> LogInAsync(CancellationToken cancellation)
    {
        using var answer = await connection.SendAsync(new(HttpMethod.Post, address) { Content = JsonBody.Of(WriteRequest) }, cancellation);
        // A token or a credential that it does not know is not found.
        if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest || settings.Type != AuthenticationType.Password && answer.Status == HttpStatusCode.NotFound)
            throw new OpenStackException("IMG7455", $"{address} refuses {settings.Origin}: {await answer.DescribeAsync()}. {WhatToCheck()}");
        if (answer.Status != HttpStatusCode.Created)
            throw new OpenStackException("IMG7456", $"{address} answers with {await answer.DescribeAsync()}. auth_url has to be the address of a Keystone with version 3.");
        var text = answer.Header("X-Subject-Token");
        // What is sent in a header.
        if (text.Length == 0 || text.Any(letter => letter is < '!' or > '~'))
            throw new OpenStackException("IMG7456", $"{address} answers without a token. auth_url has to be the address of a Keystone with version 3.");
        using var document = await answer.ReadJsonAsync();
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("token", out var token) || token.ValueKind != JsonValueKind.Object
            || !TryReadTime(token, "issued_at", out var issued) || !TryReadTime(token, "expires_at", out var ends) || ends <= issued)
            throw answer.Malformed("the token has no times issued_at and expires_at");
        return new(text, ends - issued, token.TryGetProperty("catalog", out var catalogue) ? ServiceCatalogue.Read(catalogue) : ServiceCatalogue.Empty);
    }

    string WhatToCheck() => settings.Type switch
    {
        AuthenticationType.ApplicationCredential => "Check id (or name and user) and secret of the application credential, and whether it has expired.",
        AuthenticationType.Token => "Check the token: it may have expired.",
        _ => "Check username, password, their domain, and the project.",
    };

    static bool TryReadTime(JsonElement token, string name, out DateTimeOffset time)
    {
        time = default;
        return token.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    void WriteRequest(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("auth");
        json.WriteStartObject("identity");
        var method = settings.Type switch { AuthenticationType.ApplicationCredential => "application_credential", AuthenticationType.Token => "token", _ => "password" };
        json.WriteStartArray("methods");
        json.WriteStringValue(method);
        json.WriteEndArray();
        json.WriteStartObject(method);
        switch (settings.Type)
        {
            case AuthenticationType.ApplicationCredential:
                WriteSaid(json, "id", settings.ApplicationCredentialId);
                if (settings.ApplicationCredentialId.Length == 0)
                {
                    json.WriteString("name", settings.ApplicationCredentialName);
                    WriteUser(json);
                    json.WriteEndObject();
                }
                json.WriteString("secret", settings.ApplicationCredentialSecret);
                break;
            case AuthenticationType.Token:
                json.WriteString("id", settings.Token);
                break;
            default:
                WriteUser(json);
                json.WriteString("password", settings.Password);
                json.WriteEndObject();
                break;
        }
        json.WriteEndObject();
        json.WriteEndObject();
        WriteScope(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Leaves the object open.</summary>
    void WriteUser(Utf8JsonWriter json)
    {
        json.WriteStartObject("user");
        if (settings.UserId.Length > 0)
            json.WriteString("id", settings.UserId);
        else
        {
            json.WriteString("name", settings.UserName);
            WriteDomain(json, settings.UserDomain);
        }
    }

    /// <summary>What the token is for. A credential of an application has that by itself.</summary>
    void WriteScope(Utf8JsonWriter json)
    {
        if (settings.Type == AuthenticationType.ApplicationCredential)
            return;
        if (settings.ProjectId.Length > 0 || settings.ProjectName.Length > 0)
        {
            json.WriteStartObject("scope");
            json.WriteStartObject("project");
            if (settings.ProjectId.Length > 0)
                json.WriteString("id", settings.ProjectId);
            else
            {
                json.WriteString("name", settings.ProjectName);
                WriteDomain(json, settings.ProjectDomain);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else if (settings.SystemScope.Length > 0)
        {
            json.WriteStartObject("scope");
            json.WriteStartObject("system");
            json.WriteBoolean(settings.SystemScope, true);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else if (settings.Domain.IsSaid)
        {
            json.WriteStartObject("scope");
            WriteDomain(json, settings.Domain);
            json.WriteEndObject();
        }
    }

    static void WriteDomain(Utf8JsonWriter json, DomainName domain)
    {
        json.WriteStartObject("domain");
        if (domain.Name.Length > 0)
            json.WriteString("name", domain.Name);
        else
            json.WriteString("id", domain.Id);
        json.WriteEndObject();
    }

    static void WriteSaid(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
            json.WriteString(name, value);
    }
}
