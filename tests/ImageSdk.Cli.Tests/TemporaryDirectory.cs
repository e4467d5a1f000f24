using ImageSdk.Cli.Unpacking;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Tests;

/// <summary>A directory that lives as long as its test, whatever names and modes a test leaves in it.</summary>
sealed class TemporaryDirectory : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("imagesdk-cli-").FullName;

    public string this[string name] => Path.Combine(FullName, name);

    /// <summary>What is directly in it, sorted.</summary>
    public string[] Names() => Directory.EnumerateFileSystemEntries(FullName).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();

    public void Dispose()
    {
        using var parent = DirectoryHandle.Open(Path.GetDirectoryName(FullName)!);
        TreeRemover.Remove(parent, System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(FullName)));
    }
}
