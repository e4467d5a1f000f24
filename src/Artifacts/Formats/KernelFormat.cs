using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageSdk.Artifacts.Boot;
using ImageSdk.Artifacts.Disks;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Formats;

/// <summary>
/// What a machine is booted with over a network: kernel, initrd and boot parameters as files, on request with the root file system, and a
/// manifest that lists them in the form of an IMS image manifest.
/// </summary>
sealed class KernelFormat : IArtifactFormat
{
    const string Squashfs = "squashfs";

    static readonly SquashfsFormat RootFormat = new();

    public string Name => "kernel";

    public bool IsFolder => true;

    public int Version => 1;

    public IReadOnlyList<ArtifactOption> Options { get; } =
    [
        DiskOptions.CommandLine,
        ArtifactOption.Choice("RootFileSystem", "none", "none", Squashfs),
    ];

    public string FileName(string image, ArtifactSettings settings) => $"{image}.kernel";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => HasRoot(settings) ? RootFormat.Tools(RootSettings()) : [];

    public void Write(ArtifactContext context)
    {
        var files = KernelFiles.Find(context.Tree);
        using var root = context.OpenRoot();
        Directory.CreateDirectory(context.OutputPath);
        Copy(context, root, files.Kernel, "kernel");
        if (files.Initrd is { } initrd)
            Copy(context, root, initrd, "initrd");
        var commandLine = context.Settings["KernelCommandLine"] is { Length: > 0 } said ? said : KernelCommandLine.OfImage(context.Tree, root);
        File.WriteAllText(Path.Combine(context.OutputPath, "boot_parameters"), commandLine + "\n", new UTF8Encoding(false));
        if (HasRoot(context.Settings))
            RootFormat.Write(context.For(RootSettings(), Path.Combine(context.OutputPath, "rootfs")));
        WriteManifest(context);
    }

    static bool HasRoot(ArtifactSettings settings) => settings["RootFileSystem"] == Squashfs;

    static ArtifactSettings RootSettings() => RootFormat.ReadSettings(new Dictionary<string, string>());

    static void Copy(ArtifactContext context, DirectoryHandle root, ByteString path, string name)
    {
        using var source = root.OpenBeneath(path.Span[1..]);
        using var target = new FileStream(Path.Combine(context.OutputPath, name), FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[1 << 18];
        for (int count; (count = source.Read(buffer)) > 0;)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            target.Write(buffer.AsSpan(0, count));
        }
    }

    static void WriteManifest(ArtifactContext context)
    {
        (string Name, string Type)[] known =
        [
            ("rootfs", "application/vnd.cray.image.rootfs.squashfs"), ("kernel", "application/vnd.cray.image.kernel"),
            ("initrd", "application/vnd.cray.image.initrd"), ("boot_parameters", "application/vnd.cray.image.parameters.boot"),
        ];
        var artifacts = known
            .Select(file => (file.Name, file.Type, Path: Path.Combine(context.OutputPath, file.Name)))
            .Where(file => File.Exists(file.Path))
            .Select(file => new ImsArtifact(new(file.Name, "file"), file.Type, Md5Of(file.Path)));
        var manifest = new ImsManifest(
            "1.0", DateTimeOffset.FromUnixTimeSeconds(context.Epoch).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), [.. artifacts]);
        File.WriteAllText(Path.Combine(context.OutputPath, "manifest.json"), JsonSerializer.Serialize(manifest, ImsJson.Default.ImsManifest) + "\n", new UTF8Encoding(false));
    }

    // The format asks for this one; it protects nothing.
    static string Md5Of(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(MD5.HashData(stream));
    }
}

/// <summary>An IMS image manifest.</summary>
/// <param name="Created">UTC, "2026-11-02 12:55:59".</param>
sealed record ImsManifest(string Version, string Created, IReadOnlyList<ImsArtifact> Artifacts);

/// <param name="Md5">Of the file, in hexadecimal digits.</param>
sealed record ImsArtifact(ImsLink Link, string Type, string Md5);

/// <param name="Path">Relative to the manifest, where the type is "file".</param>
sealed record ImsLink(string Path, string Type);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ImsManifest))]
sealed partial class ImsJson : JsonSerializerContext;
