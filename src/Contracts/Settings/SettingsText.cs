using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ImageSdk.Contracts.Settings;

/// <summary>Settings in words, for the keys of stages and for the explanation why one ran: where a setting stands does not count.</summary>
static class SettingsText
{
    public static IEnumerable<(string Kind, string Text)> Describe(MachineSettings settings)
    {
        foreach (var group in settings.Groups)
            yield return ("group", Json(group with { File = "", Line = 0 }, SettingsJson.Default.GroupSetting));
        foreach (var user in settings.Users)
            yield return ("user", Json(user with { File = "", Line = 0, PasswordHash = Digest(user.PasswordHash) }, SettingsJson.Default.UserSetting));
        if (settings.Locales.Count > 0)
            yield return ("locale", string.Join(' ', settings.Locales));
        if (settings.Timezone.Length > 0)
            yield return ("timezone", settings.Timezone);
        if (settings.Keyboard.Layout.Length > 0)
            yield return ("keyboard", $"{settings.Keyboard.Layout} {settings.Keyboard.Variant}");
        if (settings.Hostname.Length > 0)
            yield return ("hostname", settings.Hostname);
        if (settings.KernelCommandLine.Length > 0)
            yield return ("kernel-command-line", settings.KernelCommandLine);
        foreach (var sysctl in settings.Sysctl)
            yield return ("sysctl", Json(sysctl with { File = "", Line = 0 }, SettingsJson.Default.SysctlSetting));
        foreach (var network in settings.Networks)
            yield return ("network-interface", Json(network with { File = "", Line = 0 }, SettingsJson.Default.NetworkSetting));
        foreach (var mount in settings.Mounts)
            yield return ("mount-point", Json(mount with { File = "", Line = 0 }, SettingsJson.Default.MountSetting));
        foreach (var unit in settings.Units)
            yield return ("unit", Json(unit with { File = "", Line = 0 }, SettingsJson.Default.UnitSetting));
        foreach (var credential in settings.Credentials)
            yield return ("credential", Json(credential with { File = "", Line = 0 }, SettingsJson.Default.CredentialSetting));
    }

    static string Json<T>(T setting, JsonTypeInfo<T> type) => JsonSerializer.Serialize(setting, type);

    // The hash is in the image; it need not lie in the cache's records as well.
    static string Digest(string hash) => hash.Length == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hash)));
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(GroupSetting))]
[JsonSerializable(typeof(UserSetting))]
[JsonSerializable(typeof(SysctlSetting))]
[JsonSerializable(typeof(NetworkSetting))]
[JsonSerializable(typeof(MountSetting))]
[JsonSerializable(typeof(UnitSetting))]
[JsonSerializable(typeof(CredentialSetting))]
sealed partial class SettingsJson : JsonSerializerContext;
