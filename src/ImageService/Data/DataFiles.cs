using System.Text.Json;
using System.Text.RegularExpressions;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;

namespace ImageSdk.ImageService.Data;

/// <summary>
/// The data files of the original: an array of records each, <c>v2.1_images.json</c> for instance, the version of their form in their names. They are
/// read in any version, and written in those of release 3.33.
/// </summary>
sealed partial class DataFiles(RecordStore store, Action<string> report)
{
    const string Ignored = "IMG7611";

    /// <summary>Adds the records of all files of a directory. Those that are there already, by their ids, are replaced.</summary>
    /// <exception cref="DataException">A file cannot be read.</exception>
    public async Task ImportAsync(string directory, CancellationToken cancellation)
    {
        var files = Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal)
            .Select(file => (File: file, Match: DataName().Match(Path.GetFileName(file)))).Where(file => file.Match.Success).ToList();
        if (files.Count == 0)
            throw new DataException("IMG7610", $"{directory} has no data files such as v2.1_images.json", null);
        await using var import = await store.BeginImportAsync(cancellation);
        foreach (var (file, match) in files)
        {
            var (name, isDeleted) = match.Groups["name"].Value is var said && said.StartsWith("deleted_", StringComparison.Ordinal) ? (said["deleted_".Length..], true) : (said, false);
            if (name == RecordKinds.PublicKeys.File)
                await ImportAsync(import, RecordKinds.PublicKeys, file, isDeleted, cancellation);
            else if (name == RecordKinds.Recipes.File)
                await ImportAsync(import, RecordKinds.Recipes, file, isDeleted, cancellation);
            else if (name == RecordKinds.Images.File)
                await ImportAsync(import, RecordKinds.Images, file, isDeleted, cancellation);
            else if (name == RecordKinds.Nodes.File)
                await ImportAsync(import, RecordKinds.Nodes, file, isDeleted, cancellation);
            else
                report($"warning {Ignored}: {file} is ignored: records of this kind are not kept here");
        }
        await import.CommitAsync(cancellation);
    }

    /// <summary>Writes all records as files into a directory, which is made where it is not there.</summary>
    public async Task ExportAsync(string directory, CancellationToken cancellation)
    {
        Directory.CreateDirectory(directory);
        await ExportAsync(RecordKinds.PublicKeys, "v2", "v3", directory, cancellation);
        await ExportAsync(RecordKinds.Recipes, "v2.2", "v3.2", directory, cancellation);
        await ExportAsync(RecordKinds.Images, "v2.1", "v3.1", directory, cancellation);
        await ExportAsync(RecordKinds.Nodes, "v2.0", null, directory, cancellation);
    }

    // A file may be larger than memory.
    async Task ImportAsync<T>(RecordImport import, RecordKind<T> kind, string file, bool isDeleted, CancellationToken cancellation) where T : IRecord
    {
        var number = 0;
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous);
        if (!await BeginsListAsync(content, cancellation))
            throw new DataException("IMG7610", "expected an array of records", file);
        await using var records = JsonSerializer.DeserializeAsyncEnumerable(content, DataJson.Default.JsonElement, cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await records.MoveNextAsync())
                    break;
            }
            catch (JsonException exception)
            {
                throw new DataException("IMG7610", $"it is no JSON: {exception.Message}", file, (int)(exception.LineNumber ?? 0) + 1);
            }
            number++;
            try
            {
                // Members that are not known are left out, as the original does it.
                await import.AddAsync(kind, records.Current.Deserialize(kind.Json) ?? throw new JsonException("null is no record"));
            }
            catch (JsonException exception)
            {
                throw new DataException("IMG7610", $"its record {number} is wrong: {exception.Message}", file);
            }
            catch (LinkTakenException taken)
            {
                throw new DataException("IMG7610", $"its record {number} has the link of {taken.Owner}: {taken.Path}", file);
            }
        }
        report($"{Path.GetFileName(file)}: {number} records{(isDeleted ? ", deleted" : "")}");
    }

    static async Task<bool> BeginsListAsync(FileStream content, CancellationToken cancellation)
    {
        var start = new byte[64];
        var count = await content.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation);
        content.Position = 0;
        var text = System.Text.Encoding.UTF8.GetString(start, 0, count).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        return text.Length == 0 || text[0] == '[';
    }

    async Task ExportAsync<T>(RecordKind<T> kind, string version, string? deletedVersion, string directory, CancellationToken cancellation) where T : IRecord
    {
        foreach (var (name, areDeleted) in new[] { ($"{version}_{kind.File}", false), ($"{deletedVersion}_deleted_{kind.File}", true) })
        {
            if (areDeleted && deletedVersion is null)
                continue;
            var file = Path.Combine(directory, name + ".json");
            var incoming = file + "~";
            await using (var output = new StreamWriter(incoming))
            {
                var separator = "[";
                await foreach (var document in store.ListAsync(kind, areDeleted, cancellation))
                {
                    await output.WriteAsync(separator);
                    await output.WriteAsync(document);
                    separator = ",\n";
                }
                await output.WriteAsync(separator == "[" ? "[]" : "]");
            }
            File.Move(incoming, file, overwrite: true);
        }
    }

    [GeneratedRegex(@"^v\d+(\.\d+)?_(?<name>[a-z_]+)\.json$")]
    private static partial Regex DataName();
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
sealed partial class DataJson : System.Text.Json.Serialization.JsonSerializerContext;
