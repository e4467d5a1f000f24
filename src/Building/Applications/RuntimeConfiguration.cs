using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Building.Applications;

/// <summary>What a .NET program asks of its runtime: NAME.runtimeconfig.json.</summary>
/// <param name="Frameworks">Names and versions of those that have to be in the image; none for a program that brings its own.</param>
sealed record RuntimeConfiguration(IReadOnlyList<(string Name, Version Version)> Frameworks, bool IsInvariantGlobalization, bool IsInvariantTimeZone)
{
    const string AspNetCore = "Microsoft.AspNetCore.App";

    /// <summary>Whether it serves HTTP by ASP.NET Core, as far as its frameworks tell.</summary>
    public bool IsWeb { get; init; }

    /// <returns>Null where the program has no such file: it is compiled to machine code, or is no .NET program.</returns>
    public static RuntimeConfiguration? Find(ImageApplication application)
    {
        var file = Path.Combine(application.Directory, $"{application.ProgramName}.runtimeconfig.json");
        if (application.ProgramName.Length == 0 || !File.Exists(file))
            return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var options = json.RootElement.GetProperty("runtimeOptions");
            List<(string Name, Version Version)> frameworks = [.. List(options, "framework"), .. List(options, "frameworks")];
            return new(frameworks, Flag(options, "System.Globalization.Invariant"), Flag(options, "System.TimeZoneInfo.Invariant"))
            {
                IsWeb = frameworks.Concat(List(options, "includedFrameworks")).Any(framework => framework.Name == AspNetCore),
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new BuildException("IMG1503", $"{file} can't be read: {exception.Message} It was published from {application.Name}; publish it again (dotnet clean).", application.File, application.Line, inner: exception);
        }
    }

    static IEnumerable<(string Name, Version Version)> List(JsonElement options, string member)
    {
        if (!options.TryGetProperty(member, out var found))
            return [];
        return found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().Select(Read).ToArray() : [Read(found)];
    }

    // "10.0.0-rc.2" needs the release as well.
    static (string, Version) Read(JsonElement framework) =>
        (framework.GetProperty("name").GetString()!, Version.Parse(framework.GetProperty("version").GetString()!.Split('-')[0]));

    static bool Flag(JsonElement options, string name) =>
        options.TryGetProperty("configProperties", out var properties) && properties.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
