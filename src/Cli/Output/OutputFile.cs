using ImageSdk.Cli.Hosting;

namespace ImageSdk.Cli.Output;

/// <summary>Where a command's data go.</summary>
static class OutputFile
{
    const int BufferSize = 1 << 17;

    /// <summary>
    /// Writes to a file; to standard output where none is named, or "-". A regular file is there whole or not at all. Links are followed
    /// and kept. Devices, pipes and other things that are no regular file are written into and never replaced.
    /// </summary>
    /// <exception cref="ImageSdk.Cli.Errors.CommandException">The path leads to a directory, to a socket, or through a link that leads nowhere.</exception>
    public static async Task WriteAsync(CommandHost host, string? path, Func<Stream, Task> write)
    {
        if (path is null or "-")
        {
            await host.WriteBytesAsync(write);
            return;
        }
        var place = OutputPlace.Find(path);
        switch (place.Kind)
        {
            case OutputKind.StandardOutput:
                await host.WriteBytesAsync(write);
                break;
            case OutputKind.Stream:
                await WriteInto(place.Path, write);
                break;
            default:
                await ReplaceAsync(place.Path, async temporary =>
                {
                    await using var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = BufferSize });
                    await write(file);
                });
                break;
        }
    }

    static async Task WriteInto(string path, Func<Stream, Task> write)
    {
        // No truncation: devices have none, and what a descriptor in /proc leads to is another program's.
        await using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 });
        // The file stream's own buffer mixes up the order of writes where there are no positions.
        await using var buffered = new BufferedStream(stream, BufferSize);
        await write(buffered);
    }

    /// <summary>Puts a file in the place of another, or where none is, once it is written. Nothing of it stays where it is not.</summary>
    /// <param name="write">Writes the file, under another name in the same directory.</param>
    public static async Task ReplaceAsync(string path, Func<string, Task> write)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".imagesdk-{Guid.NewGuid():N}~");
        try
        {
            await write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
