using System.Diagnostics;
using ImageSdk.Contracts;
using ImageSdk.Posix;

namespace ImageSdk.Archives.Compression;

/// <summary>What <c>xz</c> makes of a stream. It knows every filter, and <see cref="ManagedXzStream"/> takes half as long again.</summary>
sealed class XzProgramStream : ForwardStream
{
    readonly Process process;
    readonly Task feeding;
    readonly Task<string> errors;

    public XzProgramStream(Stream source)
    {
        process = HostPrograms.Start("xz", "xz-utils", "-dc");
        errors = process.StandardError.ReadToEndAsync();
        feeding = Task.Run(() => Feed(source));
    }

    public static bool IsInstalled => ProgramPath.Find("xz") is not null;

    void Feed(Stream source)
    {
        try
        {
            using var input = process.StandardInput.BaseStream;
            source.CopyTo(input, 1 << 17);
        }
        catch (IOException) when (process.HasExited || process.WaitForExit(TimeSpan.FromSeconds(1)))
        {
            // It ended before it had all; its exit code says why.
        }
        catch when (Kill())
        {
            // Half of the input must not look like the whole.
            throw;
        }
    }

    bool Kill()
    {
        process.Kill();
        return true;
    }

    /// <exception cref="InvalidDataException">The data are damaged or cut off.</exception>
    /// <exception cref="IOException">The source could not be read.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = process.StandardOutput.BaseStream.Read(buffer);
        if (count > 0 || buffer.Length == 0)
            return count;
        process.WaitForExit();
        feeding.GetAwaiter().GetResult();
        if (process.ExitCode != 0)
            throw new InvalidDataException($"xz cannot read it: {errors.GetAwaiter().GetResult().Trim()}");
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!process.HasExited)
                process.Kill();
            // The source is the caller's again.
            feeding.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
            process.Dispose();
        }
        base.Dispose(disposing);
    }
}
