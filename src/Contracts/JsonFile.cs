using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImageSdk.Posix;

namespace ImageSdk.Contracts;

/// <summary>Records that one build leaves for the next.</summary>
static class JsonFile
{
    /// <returns>Null where it is missing, or of another version: what it says is worked out again.</returns>
    public static T? TryRead<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), type);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static void Write<T>(string file, T value, JsonTypeInfo<T> type) => AtomicFile.Write(file, JsonSerializer.Serialize(value, type));

    public static bool WriteWhenDifferent<T>(string file, T value, JsonTypeInfo<T> type) =>
        AtomicFile.WriteWhenDifferent(file, JsonSerializer.Serialize(value, type));
}
