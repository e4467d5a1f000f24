using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Archives;

/// <summary>What compressed files may become: a few hundred bytes can stand for terabytes. Zero is no limit.</summary>
/// <param name="Most">Bytes of one file.</param>
/// <param name="Ratio">Bytes for each compressed one, of files that become larger than <see cref="Free"/>.</param>
sealed record ExpansionLimit(long Most, int Ratio)
{
    /// <summary>Bytes that any file may have: archives of little but zeros are small.</summary>
    public const long Free = 1L << 30;

    public static ExpansionLimit Default { get; } = Of(new());

    /// <summary>Of a project.</summary>
    public static ExpansionLimit Of(ResourceLimits limits) => new(limits.Archive, limits.ArchiveRatio);

    /// <summary>Passes on what is decompressed, written or read, as much as may come.</summary>
    /// <param name="compressed">Bytes of the file.</param>
    /// <param name="name">For the error.</param>
    public Stream Bound(Stream inner, long compressed, string name) => new BoundedStream(inner, Math.Max(1, compressed), name, this);

    /// <exception cref="BuildException">It is too much (IMG2260).</exception>
    public void Check(long bytes, long compressed, string name)
    {
        if (Most > 0 && bytes > Most)
            throw new BuildException("IMG2260",
                $"{name} becomes larger than {HumanSize.FormatExact((ulong)Most)} when it is unpacked, and was given up. If it is to be that large, raise ImageArchiveLimit; 0 is no limit.");
        if (Ratio > 0 && bytes > Free && bytes / Ratio > compressed)
            throw new BuildException("IMG2260",
                $"{name} becomes more than {Ratio} times as large when it is unpacked (over {HumanSize.Format((ulong)bytes)} from {HumanSize.Format((ulong)compressed)}), and was given up. "
                + "If it is to do so, raise ImageArchiveRatio; 0 is no limit.");
    }

    sealed class BoundedStream(Stream inner, long compressed, string name, ExpansionLimit limit) : ForwardStream
    {
        long passed;

        public override bool CanRead => inner.CanRead;
        public override bool CanWrite => inner.CanWrite;
        public override long Position { get => passed; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Count(buffer.Length);
            inner.Write(buffer);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count(buffer.Length);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => inner.Flush();

        public override int Read(Span<byte> buffer) => Count(inner.Read(buffer));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        int Count(int bytes)
        {
            limit.Check(passed += bytes, compressed, name);
            return bytes;
        }
    }
}
