using System.Reflection;

namespace ImageSdk.Tests;

/// <summary>The package ImageSdk as daemons have it, unpacked.</summary>
static class UnpackedSdk
{
    /// <summary>Writes what the package has, from the outputs of this build.</summary>
    public static string Write(string folder)
    {
        string Metadata(string key) => typeof(UnpackedSdk).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == key).Value!;
        foreach (var name in (string[])["Sdk", "targets", "build"])
            Copy(Path.Combine(Metadata("RepositoryRoot"), "src/Sdk", name), Path.Combine(folder, name));
        Copy(Path.GetDirectoryName(Metadata("TasksAssembly"))!, Path.Combine(folder, "tools/net10.0"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "ImageSdk.Worker.dll"), Path.Combine(folder, "tools/net10.0/ImageSdk.Worker.dll"), overwrite: true);
        return folder;
    }

    static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
