using System.Text.Json;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Validation;

namespace ImageSdk.ImageService.Resources;

/// <summary>How much the service logs. It changes while the service runs.</summary>
sealed class LogLevel(ServerLog log)
{
    const string Debugging = "DEBUG";
    const string Usual = "INFO";

    const int DetailLevel = 0;

    public string Name => log.DebugLevel >= DetailLevel ? Debugging : Usual;

    /// <summary>The level of the log for a word of Python's, as LOG_LEVEL has it.</summary>
    /// <returns>-1 for notes alone, which all levels above DEBUG have; null where it is none.</returns>
    public static int? Parse(string word) => word.ToUpperInvariant() switch
    {
        Debugging or "NOTSET" => DetailLevel,
        Usual or "WARNING" or "WARN" or "ERROR" or "CRITICAL" => -1,
        _ => null,
    };

    /// <exception cref="ApiProblem">The body is not what it has to be.</exception>
    public void Change(JsonElement body)
    {
        if (Schemas.LogLevel.Read(body, out var values) is { } faults)
            throw ApiProblem.Invalid(faults);
        var level = values!["level"]!.GetValue<string>();
        log.DebugLevel = Parse(level)!.Value;
        log.Write($"The log level is {level}");
    }

    /// <summary>Logs a detail.</summary>
    public void Detail(string message) => log.Debug(DetailLevel, message);
}
