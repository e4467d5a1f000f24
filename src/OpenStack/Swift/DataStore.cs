using System.Text;

namespace ImageSdk.OpenStack.Swift;

/// <summary>
/// Files of one component of a system, and of one thing that it works on, in a container of their own: "COMPONENT" or
/// "COMPONENT.IDENTIFIER", as in Ubuntu's CI engine. The container is made with the first file.
/// </summary>
public sealed class DataStore
{
    /// <summary>Swift's limits, in bytes of UTF-8.</summary>
    const int LongestContainer = 256;
    const int LongestFile = 1024;

    /// <summary>Swift's own limit of a file in one piece: 5 GiB and 2 bytes.</summary>
    const long LargestFile = 5L * 1024 * 1024 * 1024 + 2;

    readonly SwiftContainer container;
    readonly SemaphoreSlim making = new(1);
    bool isMade;

    internal DataStore(SwiftService service, string component, string identifier, bool isPublic)
    {
        IsPublic = isPublic;
        var name = identifier.Length > 0 ? $"{component}.{identifier}" : component;
        if (component.Length == 0 || name.Contains('/', StringComparison.Ordinal) || name is "." or ".." || Encoding.UTF8.GetByteCount(name) > LongestContainer)
            throw new OpenStackException("IMG7468", $"\"{name}\" is no name for a container of Swift: it has 1 to {LongestContainer} bytes, and no slash.");
        container = new(service.Client, name);
    }

    /// <summary>COMPONENT.IDENTIFIER.</summary>
    public string ContainerName => container.Name;

    /// <summary>Whether whoever has the address of a file may read it.</summary>
    public bool IsPublic { get; private set; }

    /// <summary>Puts a file in place of one of that name.</summary>
    /// <param name="open">Opens the content, once for each attempt.</param>
    /// <param name="length">Bytes of it.</param>
    /// <returns>Its address.</returns>
    public Task<Uri> PutFileAsync(string name, Func<Stream> open, long length, string contentType = "application/octet-stream", CancellationToken cancellation = default) =>
        PutAsync(name, open, length, contentType, leavesOpen: false, cancellation);

    /// <summary>Puts a file in place of one of that name.</summary>
    /// <param name="content">Seekable; read from its beginning, as often as it takes. It stays open.</param>
    /// <returns>Its address.</returns>
    public Task<Uri> PutFileAsync(string name, Stream content, string contentType = "application/octet-stream", CancellationToken cancellation = default) =>
        PutAsync(name, () =>
        {
            content.Position = 0;
            return content;
        }, content.Length, contentType, leavesOpen: true, cancellation);

    async Task<Uri> PutAsync(string name, Func<Stream> open, long length, string contentType, bool leavesOpen, CancellationToken cancellation)
    {
        Check(name);
        if (length > LargestFile)
            throw new OpenStackException("IMG7473", $"\"{name}\" has {length:N0} bytes; Swift takes {LargestFile:N0} in one piece. Put something smaller.");
        await MakeAsync(cancellation);
        try
        {
            await container.PutAsync(name, contentType, open, length, leavesOpen, cancellation);
        }
        catch (OpenStackException problem) when (problem.Code == "IMG7472")
        {
            // Deleted by another since it was made.
            isMade = false;
            await MakeAsync(cancellation);
            await container.PutAsync(name, contentType, open, length, leavesOpen, cancellation);
        }
        return await container.FindAsync(name, cancellation);
    }

    /// <summary>Puts a file in place of one of that name.</summary>
    /// <returns>Its address.</returns>
    public Task<Uri> PutFileAsync(string name, ReadOnlyMemory<byte> content, string contentType = "application/octet-stream", CancellationToken cancellation = default) =>
        PutFileAsync(name, () => new MemoryStream(content.ToArray(), writable: false), content.Length, contentType, cancellation);

    /// <summary>The content of a file; null where there is none.</summary>
    /// <param name="longest">Bytes that are read at most; more of them are an error.</param>
    public Task<byte[]?> GetFileAsync(string name, long longest = 64 << 20, CancellationToken cancellation = default)
    {
        Check(name);
        return container.GetAsync(name, longest, cancellation);
    }

    /// <summary>All files, by name.</summary>
    public IAsyncEnumerable<StoredFile> ListFilesAsync(CancellationToken cancellation = default) => container.ListAsync(cancellation);

    /// <returns>False where there was none.</returns>
    public Task<bool> DeleteFileAsync(string name, CancellationToken cancellation = default)
    {
        Check(name);
        return container.DeleteAsync(name, cancellation);
    }

    /// <summary>Deletes all files; the container stays.</summary>
    public async Task ClearAsync(CancellationToken cancellation = default)
    {
        var names = new List<string>();
        await foreach (var file in container.ListAsync(cancellation))
            names.Add(file.Name);
        foreach (var name in names)
            await container.DeleteAsync(name, cancellation);
    }

    /// <summary>Deletes the container.</summary>
    /// <param name="isRecursive">With its files; otherwise one that has any stays.</param>
    /// <exception cref="OpenStackException">IMG7470: it has files.</exception>
    public async Task DeleteAsync(bool isRecursive = false, CancellationToken cancellation = default)
    {
        if (isRecursive)
            await ClearAsync(cancellation);
        await container.DeleteAsync(cancellation);
        isMade = false;
    }

    /// <summary>The address of a file, which may be read by it where the container is public.</summary>
    public Task<Uri> FilePathAsync(string name, CancellationToken cancellation = default)
    {
        Check(name);
        return container.FindAsync(name, cancellation);
    }

    /// <summary>Lets everybody read the files, or only those with credentials.</summary>
    public async Task ChangeVisibilityAsync(bool isPublic, CancellationToken cancellation = default)
    {
        IsPublic = isPublic;
        await MakeAsync(cancellation);
        await container.ChangeReadersAsync(isPublic, cancellation);
    }

    async Task MakeAsync(CancellationToken cancellation)
    {
        await making.WaitAsync(cancellation);
        try
        {
            if (!isMade)
                await container.CreateAsync(IsPublic, cancellation);
            isMade = true;
        }
        finally
        {
            making.Release();
        }
    }

    // Segments that are dots would be resolved on their way.
    static void Check(string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > LongestFile || name.Split('/').Any(part => part is "." or ".."))
            throw new OpenStackException("IMG7468", $"\"{name}\" is no name for a file in Swift: it has 1 to {LongestFile} bytes, and no part that is \".\" or \"..\".");
    }
}
