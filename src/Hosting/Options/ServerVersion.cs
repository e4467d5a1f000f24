using System.Reflection;
using System.Runtime.InteropServices;

namespace ImageSdk.Hosting.Options;

/// <summary>What this program is, for logs and pages.</summary>
public static class ServerVersion
{
    // Digits of a commit that people write.
    const int CommitLength = 9;

    static readonly string product = typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>The version alone, with the name of the commit.</summary>
    public static string Product => product;

    /// <summary>With the whole name of the commit.</summary>
    public static string Text { get; } = $"{product} ({RuntimeInformation.FrameworkDescription})";

    /// <summary>For people.</summary>
    public static string Short { get; } = $"{Shorten(product)} ({RuntimeInformation.FrameworkDescription})";

    internal static string Shorten(string version) =>
        version.IndexOf('+') is >= 0 and var plus ? version[..Math.Min(version.Length, plus + 1 + CommitLength)] : version;
}
