using System.Reflection;

namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>Where the repository and its outputs are; written into the assembly by its project.</summary>
static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>The tasks over an engine that builds nothing.</summary>
    public static string FakeEngine { get; } = Metadata("FakeEngine");

    /// <summary>The program imagesdk-ims.</summary>
    public static string ImageService { get; } = Metadata("ImageService");

    /// <summary>The program imagesdk.</summary>
    public static string Cli { get; } = Metadata("Cli");

    /// <summary>The members of Microsoft.Build.Framework for .NET Framework, which has the types of property pages.</summary>
    public static string BuildFrameworkDocumentation { get; } = Metadata("BuildFrameworkDocumentation");

    public static string Read(params ReadOnlySpan<string> path) => File.ReadAllText(Path.Combine([Root, .. path]));

    static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == key).Value!;
}
