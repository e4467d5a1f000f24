using System.Text;
using ImageSdk.Contracts.Settings;

namespace ImageSdk.Worker.Settings;

/// <summary>
/// How a machine hands secrets that it gets when it starts to those who need them (systemd's credentials), or keeps one in a file from its first start on.
/// </summary>
sealed class CredentialWriter(RootText root)
{
    /// <summary>Units that are to be enabled.</summary>
    public IEnumerable<UnitSetting> Apply(IReadOnlyList<CredentialSetting> credentials)
    {
        foreach (var credential in credentials)
        {
            foreach (var unit in credential.Units)
                yield return Of(credential, unit) with { DropIn = $"[Service]\nLoadCredential={credential.Name}\n", DropInName = $"50-credential-{credential.Name}" };
            if (credential.TargetPath.Length == 0)
                continue;
            RequireOwners(credential);
            yield return Of(credential, $"image-credential-{credential.Name}.service") with { Text = Describe(credential), State = UnitState.Enabled };
        }
    }

    void RequireOwners(CredentialSetting credential)
    {
        var accounts = new AccountDatabase(root);
        if (!char.IsAsciiDigit(credential.Owner[0]) && accounts.FindUser(credential.Owner) is null)
            throw SettingFault.Of(credential, "IMG1531", $"Owner of ImageCredential \"{credential.Name}\" is \"{credential.Owner}\", and the image has no such user{SettingFault.Near(credential.Owner, accounts.UserNames)}.");
        if (credential.Group.Length > 0 && !char.IsAsciiDigit(credential.Group[0]) && accounts.FindGroup(credential.Group) is null)
            throw SettingFault.Of(credential, "IMG1531", $"Group of ImageCredential \"{credential.Name}\" is \"{credential.Group}\", and the image has no such group{SettingFault.Near(credential.Group, accounts.GroupNames)}.");
    }

    static UnitSetting Of(CredentialSetting credential, string unit) => new(unit) { File = credential.File, Line = credential.Line };

    /// <summary>The service that writes the file, once.</summary>
    internal static string Describe(CredentialSetting credential)
    {
        var (path, name) = (credential.TargetPath, credential.Name);
        var mode = credential.Group.Length > 0 ? "0640" : "0600";
        var owner = credential.Group.Length > 0 ? $"{credential.Owner}:{credential.Group}" : credential.Owner;
        var text = new StringBuilder($"""
            [Unit]
            Description=Keep the secret {name} in {path}
            ConditionPathExists=!{path}
            RequiresMountsFor={path}
            Before={(credential.Units.Count > 0 ? string.Join(' ', credential.Units) : "multi-user.target")}

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            UMask=0077
            LoadCredential={name}

            """.ReplaceLineEndings("\n"));
        var ask = credential.Prompt.Length == 0
            ? $"echo \"The machine got no credential {name} for {path}\" >&2; exit 1"
            : $"systemd-ask-password --timeout=0 \"{credential.Prompt}\" >{path}.new";
        text.Append($"ExecStart=/bin/sh -ec 'mkdir -p \"$(dirname {path})\"; if [ -e \"$CREDENTIALS_DIRECTORY/{name}\" ]; then cat \"$CREDENTIALS_DIRECTORY/{name}\" >{path}.new; else {ask}; fi; "
            + $"chown {owner} {path}.new; chmod {mode} {path}.new; mv {path}.new {path}'\n");
        if (credential.Prompt.Length > 0)
            text.Append("TimeoutStartSec=infinity\n");
        text.Append("\n[Install]\nWantedBy=multi-user.target\n");
        foreach (var unit in credential.Units)
            text.Append($"RequiredBy={unit}\n");
        return text.ToString();
    }
}
