namespace ImageSdk.Cli.Output;

/// <summary>Where a command's data go.</summary>
static class OutputFile
{
    /// <summary>Writes to a file, which is there whole or not at all; to standard output where none is named, or "-".</summary>
    public static async Task WriteAsync(CommandHost host, string? path, Func<Stream, Task> write)
    {
        if (path is null or "-")
        {
            await host.WriteBytesAsync(write);
            return;
        }
        var full = Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(full)!, $".imagesdk-{Guid.NewGuid():N}~");
        try
        {
            await using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 17 }))
                await write(file);
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
