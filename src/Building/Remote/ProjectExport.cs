using System.Buffers.Binary;
using System.Text.Json;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using ImageSdk.Storage;

namespace ImageSdk.Building.Remote;

/// <summary>
/// A project with its files in one stream, from an evaluation that may do nothing else to who builds it: the project, the tree, the number of
/// objects, and the objects, each behind its length in bytes (64 bits, little endian).
/// </summary>
public static class ProjectExport
{
    const int MaximumText = 64 << 20;
    const int MaximumObjects = 500_000;

    internal static async Task WriteAsync(BuildPlan plan, Stream output, CancellationToken cancellation)
    {
        using var files = new ProjectTree(plan, cancellation);
        var (project, tree) = await files.PackAsync([]);
        var bytes = new MemoryStream();
        BareGob.Write(bytes, tree);
        Write(output, project.Serialize());
        Write(output, bytes.ToArray());
        WriteLength(output, files.Objects.Count);
        foreach (var (hash, size) in files.Objects)
        {
            WriteLength(output, (long)size);
            await using var content = files.OpenRead(hash);
            await content.CopyToAsync(output, cancellation);
        }
        await output.FlushAsync(cancellation);
    }

    /// <summary>Reads one, believing nothing of it.</summary>
    /// <param name="objects">Takes the contents of files.</param>
    /// <exception cref="BuildException">IMG7367: it is none.</exception>
    public static ReceivedProject Read(Stream input, ObjectStore objects, CancellationToken cancellation)
    {
        try
        {
            var project = RemoteProject.Deserialize(ReadBlock(input));
            var tree = BareGob.ReadFileSystem(new MemoryStream(ReadBlock(input)), new GobLimits { MaxValueBytes = MaximumText });
            var received = new ReceivedProject(project, tree, MaximumObjects);
            for (var left = ReadLength(input, MaximumObjects); left > 0; left--)
            {
                cancellation.ThrowIfCancellationRequested();
                using var content = new Bounded(input, ReadLength(input, long.MaxValue));
                objects.Add(content, cancellation: cancellation);
            }
            foreach (var (hash, size) in received.Objects)
                if (objects.SizeOf(hash) != size)
                    throw Wrong("a file is missing");
            return received;
        }
        catch (Exception problem) when (problem is JsonException or ImageFileException or EndOfStreamException or StoreException)
        {
            throw Wrong(problem.Message, problem);
        }
    }

    static void Write(Stream output, byte[] block)
    {
        WriteLength(output, block.Length);
        output.Write(block);
    }

    static void WriteLength(Stream output, long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        output.Write(bytes);
    }

    static byte[] ReadBlock(Stream input)
    {
        var block = new byte[ReadLength(input, MaximumText)];
        input.ReadExactly(block);
        return block;
    }

    static long ReadLength(Stream input, long maximum)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        input.ReadExactly(bytes);
        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return length >= 0 && length <= maximum && length <= input.Length - input.Position || maximum == MaximumObjects && length >= 0 && length <= maximum
            ? length : throw new EndOfStreamException("a length is wrong");
    }

    static BuildException Wrong(string what, Exception? inner = null) => new("IMG7367", $"What the evaluation of the project gave is no project: {what.ReplaceLineEndings(" ")}.", inner: inner);

    /// <summary>The next bytes of a file.</summary>
    sealed class Bounded(Stream inner, long length) : Posix.ForwardStream
    {
        long left = length;

        public override int Read(Span<byte> buffer)
        {
            var count = inner.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            left -= count;
            return count;
        }
    }
}
