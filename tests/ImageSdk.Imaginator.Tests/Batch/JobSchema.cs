using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImageSdk.Imaginator.Tests.Batch;

/// <summary>Compares a job with the published schema of the API (<c>job-schema.json</c>), and with the rules that the API server holds it to besides.</summary>
static partial class JobSchema
{
    static readonly JsonElement schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Batch", "job-schema.json"))).RootElement;

    /// <summary>What is wrong with it; empty for nothing.</summary>
    public static IReadOnlyList<string> FindFaults(JsonElement job)
    {
        var faults = new List<string>();
        Check("job", "Job", job, faults);
        if (faults.Count == 0)
            CheckRules(job, faults);
        return faults;
    }

    static void Check(string path, string type, JsonElement value, List<string> faults)
    {
        if (type.StartsWith("array:", StringComparison.Ordinal))
        {
            if (Is(value, JsonValueKind.Array))
                foreach (var (number, element) in value.EnumerateArray().Index())
                    Check($"{path}[{number}]", type["array:".Length..], element, faults);
        }
        else if (type.StartsWith("map:", StringComparison.Ordinal))
        {
            if (Is(value, JsonValueKind.Object))
                foreach (var member in value.EnumerateObject())
                    Check($"{path}[{member.Name}]", type["map:".Length..], member.Value, faults);
        }
        else if (schema.TryGetProperty(type, out var known))
        {
            if (Is(value, JsonValueKind.Object))
                CheckObject(path, known, value, faults);
        }
        else if (!(type switch
        {
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "int32" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
            "int64" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "quantity" => value.ValueKind == JsonValueKind.String && Quantity().IsMatch(value.GetString()!),
            _ => throw new InvalidOperationException($"the schema has no {type}"),
        }))
        {
            faults.Add($"{path} must be {type}: {value}");
        }

        bool Is(JsonElement element, JsonValueKind kind)
        {
            if (element.ValueKind != kind)
                faults.Add($"{path} must be {type}: {element}");
            return element.ValueKind == kind;
        }
    }

    static void CheckObject(string path, JsonElement known, JsonElement value, List<string> faults)
    {
        var members = known.GetProperty("members");
        foreach (var member in value.EnumerateObject())
            if (members.TryGetProperty(member.Name, out var type))
                Check($"{path}.{member.Name}", type.GetString()!, member.Value, faults);
            else
                faults.Add($"{path}.{member.Name} is unknown");
        if (known.TryGetProperty("required", out var required))
            faults.AddRange(required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{path}.{name} is missing"));
    }

    static void CheckRules(JsonElement job, List<string> faults)
    {
        var (metadata, spec) = (job.GetProperty("metadata"), job.GetProperty("spec"));
        var pod = spec.GetProperty("template").GetProperty("spec");
        if ((job.GetProperty("apiVersion").GetString(), job.GetProperty("kind").GetString()) != ("batch/v1", "Job"))
            faults.Add("it is no batch/v1 Job");
        if (!(metadata.TryGetProperty("name", out var name) && Name().IsMatch(name.GetString()!) && name.GetString()!.Length <= 63))
            faults.Add("its name is no DNS label");
        if (pod.GetProperty("restartPolicy").GetString() is not ("Never" or "OnFailure"))
            faults.Add("a job's restartPolicy is Never or OnFailure");
        var labels = new[] { metadata.GetProperty("labels"), pod.GetProperty("nodeSelector") }.SelectMany(each => each.EnumerateObject());
        faults.AddRange(labels.Where(label => !LabelName().IsMatch(label.Name) || !LabelValue().IsMatch(label.Value.GetString()!)).Select(label => $"{label} is no label"));
        var volumes = pod.GetProperty("volumes").EnumerateArray().Select(volume => volume.GetProperty("name").GetString()).ToList();
        foreach (var container in pod.GetProperty("containers").EnumerateArray())
            faults.AddRange(container.GetProperty("volumeMounts").EnumerateArray().Where(mount => !volumes.Contains(mount.GetProperty("name").GetString())).Select(mount => $"{mount} has no volume"));
    }

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)?([numkMGTPE]|[KMGTPE]i)?$")]
    private static partial Regex Quantity();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex Name();

    [GeneratedRegex("^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$")]
    private static partial Regex LabelName();

    [GeneratedRegex("^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]
    private static partial Regex LabelValue();
}
