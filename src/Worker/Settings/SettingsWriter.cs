using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Settings;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Worker.Settings;

/// <summary>Writes settings of a machine into a root. Written twice, they are there once.</summary>
static class SettingsWriter
{
    /// <exception cref="BuildException">The image can't have one of them.</exception>
    public static void Apply(StageContext context, MachineSettings settings)
    {
        context.Progress("Writing settings");
        try
        {
            Write(context, settings);
        }
        catch (Exception exception) when (exception is IOException or PosixException)
        {
            throw new BuildException("IMG1532", $"Settings can't be written into the image: {exception.Message}", settings.File, inner: exception);
        }
    }

    static void Write(StageContext context, MachineSettings settings)
    {
        var root = new RootText(context.Handle);
        if (settings.Groups.Count + settings.Users.Count > 0)
        {
            new AccountWriter(root).Apply(settings.Groups, settings.Users);
            context.Log($"Users and groups: {string.Join(", ", settings.Users.Select(user => user.Name).Concat(settings.Groups.Select(group => group.Name)).Distinct())}");
        }
        var locale = new LocaleWriter(root, context, settings.File);
        if (settings.Locales.Count > 0)
            locale.SetLocales(settings.Locales);
        if (settings.Timezone.Length > 0)
            locale.SetTimezone(settings.Timezone);
        if (settings.Keyboard.Layout.Length > 0)
            locale.SetKeyboard(settings.Keyboard);
        var system = new SystemWriter(root, context);
        if (settings.Hostname.Length > 0)
            system.SetHostname(settings.Hostname);
        if (settings.KernelCommandLine.Length > 0)
            system.SetKernelCommandLine(settings.KernelCommandLine);
        if (settings.Sysctl.Count > 0)
            system.SetSysctl(settings.Sysctl);
        if (settings.Mounts.Count > 0)
            system.SetMounts(settings.Mounts);
        if (settings.Networks.Count > 0)
            new NetworkWriter(root, context).Apply(settings.Networks);
        // Last: what the others enable may be disabled by name.
        if (settings.Units.Count + settings.Credentials.Count > 0)
            new UnitWriter(root, context).Apply([.. new CredentialWriter(root).Apply(settings.Credentials), .. settings.Units]);
    }
}
