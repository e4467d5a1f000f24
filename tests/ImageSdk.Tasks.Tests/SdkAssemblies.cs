using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace ImageSdk.Tasks.Tests;

/// <summary>The tasks take NuGet's assemblies from the .NET SDK that loads them; here no SDK does.</summary>
static class SdkAssemblies
{
    [ModuleInitializer]
    internal static void Find() => AssemblyLoadContext.Default.Resolving += (context, name) =>
    {
        var dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        var file = Directory.EnumerateDirectories(Path.Combine(dotnet, "sdk")).OrderDescending(StringComparer.Ordinal)
            .Select(sdk => Path.Combine(sdk, $"{name.Name}.dll")).FirstOrDefault(File.Exists);
        return file is null ? null : context.LoadFromAssemblyPath(file);
    };
}
