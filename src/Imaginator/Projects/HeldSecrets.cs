using ImageSdk.Contracts.Projects;
using ImageSdk.Dominator;
using ImageSdk.Images;

namespace ImageSdk.Imaginator.Projects;

/// <summary>Values of secrets as files without a name: when the process ends, however that comes, they are gone.</summary>
sealed class HeldSecrets : IDisposable
{
    readonly Dictionary<string, FileStream> held = new(StringComparer.Ordinal);

    /// <param name="directory">Where the files may be for a moment.</param>
    public HeldSecrets(string directory, IReadOnlyList<ProjectSecretValue> values)
    {
        foreach (var secret in values)
        {
            var path = Path.Combine(directory, $".{Guid.NewGuid():N}~");
            var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
                UnixCreateMode = (UnixFileMode)Permissions.OwnerFile,
            });
            File.Delete(path);
            file.Write(secret.Value);
            held[secret.Name] = file;
        }
    }

    /// <summary>The project's secrets with the values that were sent. One without a value fails as if its file were missing.</summary>
    public IReadOnlyList<Secret> Place(IReadOnlyList<Secret> secrets) =>
    [
        .. secrets.Select(secret => secret with
        {
            File = held.TryGetValue(secret.Name, out var file) ? $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}" : "/nonexistent", EnvironmentVariable = null,
        }),
    ];

    public void Dispose()
    {
        foreach (var file in held.Values)
            file.Dispose();
    }
}
