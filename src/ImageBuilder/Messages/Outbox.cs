using System.Globalization;
using System.Text.Json;

namespace ImageSdk.ImageBuilder.Messages;

/// <summary>Messages that end builds, as files until the broker has them.</summary>
/// <param name="directory">Where they lie.</param>
/// <param name="time">The clock.</param>
sealed class Outbox(string directory, TimeProvider time)
{
    /// <summary>How long a message is of use.</summary>
    static readonly TimeSpan keptFor = TimeSpan.FromDays(1);

    sealed record Entry(string Exchange, byte[] Body);

    public sealed record Left(string File, string Exchange, byte[] Body);

    /// <returns>The file.</returns>
    public string Keep(long id, string exchange, byte[] body)
    {
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, id.ToString(CultureInfo.InvariantCulture) + ".json");
        File.WriteAllBytes(file + "~", JsonSerializer.SerializeToUtf8Bytes(new Entry(exchange, body)));
        File.Move(file + "~", file, overwrite: true);
        return file;
    }

    public void Remove(string? file)
    {
        if (file is not null)
            File.Delete(file);
    }

    /// <summary>What an earlier process left.</summary>
    public IReadOnlyList<Left> List(Action<string> log)
    {
        var found = new List<Left>();
        if (!Directory.Exists(directory))
            return found;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles().OrderBy(file => file.LastWriteTimeUtc).ToList())
            try
            {
                if (file.Extension == ".json" && time.GetUtcNow() - file.LastWriteTimeUtc < keptFor && JsonSerializer.Deserialize<Entry>(File.ReadAllBytes(file.FullName)) is { } entry)
                    found.Add(new(file.FullName, entry.Exchange, entry.Body));
                else
                    file.Delete();
            }
            catch (JsonException problem)
            {
                log($"{file.FullName} is no message, and removed: {problem.Message}");
                file.Delete();
            }
        return found;
    }
}
