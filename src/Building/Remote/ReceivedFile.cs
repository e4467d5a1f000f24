using System.Security.Cryptography;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Images;

namespace ImageSdk.Building.Remote;

/// <summary>Writes files that come from an imaginator.</summary>
static class ReceivedFile
{
    const int BlockSize = 1 << 18;

    /// <summary>Writes a file, which takes its place once it is whole and has the hash that was announced.</summary>
    /// <param name="finish">Puts the temporary file into its place; null to move it there.</param>
    /// <exception cref="BuildException">IMG7363: it is another one.</exception>
    public static async Task WriteAsync(
        BuiltFile file, Func<Memory<byte>, ValueTask<int>> read, string target, string builder, string projectFile, Action<string>? finish = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = $"{target}.{Guid.NewGuid():N}~";
        try
        {
            using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512))
            {
                await using (var output = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 }))
                {
                    var block = new byte[(int)Math.Min(file.Size, BlockSize)];
                    for (int count; (count = await read(block)) > 0;)
                    {
                        hash.AppendData(block, 0, count);
                        await output.WriteAsync(block.AsMemory(0, count));
                    }
                }
                if (new ObjectHash(hash.GetHashAndReset()) != file.Hash)
                    throw new BuildException("IMG7363", $"{builder} has sent another {file.Name} than it announced. Build again.", projectFile);
            }
            if (finish is not null)
                finish(temporary);
            else
                File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
