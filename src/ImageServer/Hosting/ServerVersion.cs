using System.Reflection;
using System.Runtime.InteropServices;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>What this program is, for logs and pages.</summary>
static class ServerVersion
{
    public static string Text { get; } =
        $"{typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion} ({RuntimeInformation.FrameworkDescription})";
}
