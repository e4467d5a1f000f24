using System.Text.Json;
using System.Text.Json.Nodes;
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
        foreach (var (file, match) in files)
        {
            var (name, isDeleted) = match.Groups["name"].Value is var said && said.StartsWith("deleted_", StringComparison.Ordinal) ? (said["deleted_".Length..], true) : (said, false);
            if (name == RecordKinds.PublicKeys.File)
                await ImportAsync(RecordKinds.PublicKeys, file, isDeleted, cancellation);
            else if (name == RecordKinds.Recipes.File)
                await ImportAsync(RecordKinds.Recipes, file, isDeleted, cancellation);
            else if (name == RecordKinds.Images.File)
                await ImportAsync(RecordKinds.Images, file, isDeleted, cancellation);
            else if (name == RecordKinds.Nodes.File)
                await ImportAsync(RecordKinds.Nodes, file, isDeleted, cancellation);
            else
                report($"warning {Ignored}: {file} is ignored: records of this kind are not kept here");
        }
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

    async Task ImportAsync<T>(RecordKind<T> kind, string file, bool isDeleted, CancellationToken cancellation) where T : IRecord
    {
        JsonArray records;
        try
        {
            records = JsonNode.Parse(await File.ReadAllBytesAsync(file, cancellation)) as JsonArray ?? throw new DataException("IMG7610", "expected an array of records", file);
        }
        catch (JsonException exception)
        {
            throw new DataException("IMG7610", $"it is no JSON: {exception.Message}", file, (int)(exception.LineNumber ?? 0) + 1);
        }
        var number = 0;
        foreach (var record in records)
        {
            number++;
            try
            {
                // Members that are not known are left out, as the original does it.
                await store.AddAsync(kind, kind.Read(record?.ToJsonString() ?? "null"), cancellation);
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
