using ImageSdk.Contracts;
using System.Text;
using ImageSdk.Archives;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;
using ImageSdk.Trees.ImagePackages;

namespace ImageSdk.Worker.Operations;

/// <summary>Writes what a NuGet package carries of an image beside its record: its objects, and the licences of its packages.</summary>
sealed class ImagePacker(WorkerSession session)
{
    /// <summary>Of zstd: small, and as fast as the files are read. Threads do not change what comes out.</summary>
    static readonly string[] Compression = ["-9", "-T0", "-q", "-f", "-o"];

    const ulong LongestLicence = 4 << 20;

    public void Pack(PackImageRequest request)
    {
        var image = ImageRecord.Read(request.ImageFile);
        using var root = new StageRoot(session, request.Layers);
        using var handle = root.Open();
        WriteObjects(handle, image.FileSystem!, request.ObjectsFile);
        WriteNotices(handle, image.Packages, request.NoticesFile);
    }

    void WriteObjects(DirectoryHandle root, FileSystem fileSystem, string file)
    {
        var temporary = $"{file}~";
        using var process = HostPrograms.Start("zstd", "zstd", [.. Compression, temporary]);
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            try
            {
                var items = PackedObjects.OrderOf(fileSystem).ToList();
                var total = HumanSize.Format(items.Aggregate(0ul, (sum, item) => sum + item.Object.Size));
                var progress = new ProgressInterval(session.Listener);
                var done = 0ul;
                foreach (var (item, path) in items)
                {
                    progress.Tell(() => $"Packing the image's files: {HumanSize.Format(done)} of {total}");
                    Copy(root, item.Hash, (long)item.Size, path, process.StandardInput.BaseStream);
                    done += item.Size;
                }
                process.StandardInput.Close();
            }
            catch (IOException) when (process.HasExited && process.ExitCode != 0)
            {
                // It says why.
            }
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new IOException($"zstd could not write {temporary}: {errors.GetAwaiter().GetResult().Trim()}");
            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            if (!process.HasExited)
                process.Kill();
            File.Delete(temporary);
            throw;
        }
    }

    void Copy(DirectoryHandle root, ObjectHash hash, long size, ByteString path, Stream target)
    {
        session.Cancellation.ThrowIfCancellationRequested();
        using var source = root.OpenRead(path.Span[1..]);
        using var content = new StreamPart(source, size);
        try
        {
            content.CopyTo(target);
            if (content.Finish() == hash && source.ReadByte() < 0)
                return;
        }
        catch (EndOfStreamException)
        {
            // As if it were another.
        }
        throw new BuildException("IMG3019", $"The file {path} in the build cache {session.Store.Root} is not what the image has. Run imagesdk cache verify --content --repair, and build again.");
    }

    static void WriteNotices(DirectoryHandle root, IReadOnlyList<Package> packages, string file) => AtomicFile.Write(file, stream =>
    {
        // Many packages of one source have one text.
        var texts = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var package in packages.OrderBy(package => package.Name, StringComparer.Ordinal))
        {
            var text = ReadLicence(root, package.Name) ?? "";
            if (!texts.TryGetValue(text, out var owners))
                texts.Add(text, owners = []);
            owners.Add($"{package.Name} {package.Version}");
        }
        using var writer = new StreamWriter(stream, Encoding.Latin1, leaveOpen: true);
        writer.Write("Packages in this image, and their licences.\n");
        foreach (var (text, owners) in texts.OrderBy(pair => pair.Key.Length == 0))
        {
            writer.Write($"\n{new string('=', 79)}\n{string.Join('\n', owners)}\n{new string('-', 79)}\n\n");
            writer.Write(text.Length == 0 ? "The image has no copyright file of these.\n" : text);
        }
    });

    // Byte for byte: not all of them are UTF-8. Of a foreign architecture the name has a colon.
    static string? ReadLicence(DirectoryHandle root, string package)
    {
        var name = package.Split(':')[0];
        if (name.Length == 0 || name.Contains('/'))
            return null;
        try
        {
            return RootFile.TryRead(root, $"usr/share/doc/{name}/copyright", (long)LongestLicence) is { } bytes ? Encoding.Latin1.GetString(bytes) : null;
        }
        catch (IOException)
        {
            return null; // A link that leads nowhere.
        }
    }
}
