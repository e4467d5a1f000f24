using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageSdk.Machines.Acceleration;

/// <summary>What a probe of KVM found, and what that holds for: this start of this machine, and this QEMU.</summary>
/// <param name="Fault">Null where KVM works.</param>
sealed record KvmAnswer(string Boot, string Qemu, string? Fault)
{
    public static KvmAnswer? TryRead(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), KvmAnswerJson.Default.KvmAnswer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // Not probed yet.
        }
    }

    public void Keep(string file)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var temporary = $"{file}.{Guid.NewGuid():N}~";
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, KvmAnswerJson.Default.KvmAnswer));
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then the next start probes again.
        }
    }
}

[JsonSerializable(typeof(KvmAnswer))]
sealed partial class KvmAnswerJson : JsonSerializerContext;
