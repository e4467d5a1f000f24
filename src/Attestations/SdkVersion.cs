using System.Reflection;

namespace ImageSdk.Attestations;

/// <summary>Which ImageSdk builds.</summary>
static class SdkVersion
{
    /// <summary>Without the commit behind the plus sign.</summary>
    public static string Text { get; } =
        typeof(SdkVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
