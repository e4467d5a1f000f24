using System.Text.Json;
using System.Text.Json.Serialization;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Streams;

namespace ImageSdk.Imaginator.Workers;

/// <summary>
/// What a worker has to know to build a stream: what the coordinator's configuration says of it, and the secret variables. It is in the worker's memory only:
/// in no job, log or command line.
/// </summary>
sealed record WorkerSetup
{
    static readonly JsonSerializerOptions form = new()
    {
        Converters = { new TextConverter<Filter>(filter => JsonSerializer.Serialize(filter.Lines), text => new(JsonSerializer.Deserialize<string[]>(text)!)), new TextConverter<Triggers>(triggers => triggers.ToJson(), text => Triggers.Parse(text)) },
    };

    /// <summary>host:port, as the coordinator sees it.</summary>
    public required string ImageServer { get; init; }

    public required string Stream { get; init; }

    /// <summary>Null for a stream of the streams file.</summary>
    public BootstrapConfiguration? Bootstrap { get; init; }

    /// <summary>Null for a bootstrap stream.</summary>
    public StreamConfiguration? Manifest { get; init; }

    /// <summary>The architecture of streams that name none: the coordinator's.</summary>
    public required string Architecture { get; init; }

    /// <summary>Of the main configuration what matters to any stream.</summary>
    public required MainConfiguration Main { get; init; }

    /// <summary>Those of the variables file.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    public static WorkerSetup Of(BuildableStream stream, string imageServer, string architecture, MainConfiguration main, IReadOnlyDictionary<string, string> secrets) => new()
    {
        ImageServer = imageServer,
        Stream = stream.Name,
        Bootstrap = (stream as BootstrapStream)?.Configuration,
        Manifest = (stream as ManifestStream)?.Configuration,
        Architecture = architecture,
        Main = new()
        {
            BindMounts = main.BindMounts,
            Cache = main.Cache,
            MtimesCopyFilterLines = main.MtimesCopyFilterLines,
            PackagerTypes = main.PackagerTypes,
        },
        Secrets = secrets,
    };

    public BuildableStream ToStream() => Bootstrap is not null ? new BootstrapStream(Stream, Bootstrap) : new ManifestStream(Stream, Manifest!);

    public static WorkerSetup Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<WorkerSetup>(json, form)!;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, form);

    /// <summary>A value with a text form of its own.</summary>
    sealed class TextConverter<T>(Func<T, string> write, Func<string, T> read) : JsonConverter<T> where T : class
    {
        public override T? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetString() is { } text ? read(text) : null;

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
    }
}
