using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Packages;
using ImageSdk.Posix;

namespace ImageSdk.Building.State;

/// <summary>The lock as a file: JSON with a line for each package, so that a version control system shows which ones changed.</summary>
public static class ImageLockFile
{
    const long LongestFile = 64 << 20;

    // Versions have "+" and "~" in them, which need no escape in a file.
    static readonly OneLineJson line = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = { new JsonStringEnumConverter<LockedSourceType>() },
    });

    /// <exception cref="BuildException">The file is no lock, or one of a newer version: IMG4021.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ImageLock Read(string file)
    {
        if (new FileInfo(file).Length > LongestFile)
            throw Wrong(file, "it is longer than any lock");
        try
        {
            using var stream = File.OpenRead(file);
            var read = JsonSerializer.Deserialize(stream, LockJson.Default.ImageLock) ?? throw Wrong(file, "it is empty");
            Check(read, file);
            return read;
        }
        catch (JsonException exception)
        {
            throw new BuildException("IMG4021", ImageLock.FaultMessage($"not valid ({exception.Message})"), file, (int)(exception.LineNumber ?? -1) + 1, inner: exception);
        }
    }

    /// <summary>Null where there is no such file.</summary>
    /// <inheritdoc cref="Read"/>
    public static ImageLock? TryRead(string file) => File.Exists(file) ? Read(file) : null;

    /// <summary>Replaces the file as a whole; leaves it alone where it says the same.</summary>
    /// <returns>Whether it was written.</returns>
    public static bool Write(string file, ImageLock value) => AtomicFile.WriteWhenDifferent(file, Format(value));

    /// <summary>The text of the file; equal locks have equal texts.</summary>
    public static string Format(ImageLock value)
    {
        var text = new StringBuilder("{\n");
        text.Append($"  \"version\": {value.Version},\n");
        text.Append($"  \"architecture\": {OneLine(value.Architecture)},\n");
        text.Append($"  \"source\": {JsonSerializer.Serialize(value.Source, line.LockedSource)}");
        if (value.Bootstrap is { } bootstrap)
        {
            text.Append(",\n  \"bootstrap\": {\n");
            text.Append($"    \"essential\": {OneLine(bootstrap.Essential)},\n");
            Lines(text, "calls", bootstrap.Calls.Select(OneLine));
            text.Append($",\n    \"automatic\": {OneLine(bootstrap.Automatic)},\n");
            Lines(text, "packages", bootstrap.Packages.Select(OneLine));
            text.Append("\n  }");
        }
        if (value.Install is { } install)
        {
            text.Append(",\n  \"install\": {\n");
            Lines(text, "requested", install.Requested.Select(OneLine));
            text.Append($",\n    \"below\": {OneLine(install.Below)},\n");
            Lines(text, "steps", install.Steps.Select(step => JsonSerializer.Serialize(step, line.LockedStep)));
            text.Append($",\n    \"automatic\": {OneLine(install.Automatic)},\n");
            Lines(text, "packages", install.Packages.Select(OneLine));
            text.Append("\n  }");
        }
        return text.Append("\n}\n").ToString();
    }

    static void Lines(StringBuilder text, string name, IEnumerable<string> values)
    {
        text.Append($"    \"{name}\": [");
        var separator = "\n      ";
        foreach (var value in values)
        {
            text.Append(separator).Append(value);
            separator = ",\n      ";
        }
        text.Append(separator[0] == ',' ? "\n    ]" : "]");
    }

    static string OneLine(string value) => JsonSerializer.Serialize(value, line.String);

    static string OneLine(IReadOnlyList<string> values) => JsonSerializer.Serialize(values, line.IReadOnlyListString);

    static string OneLine(LockedPackage package) => JsonSerializer.Serialize(package, line.LockedPackage);

    // What becomes names of files or arguments is checked; that it fits together is for who uses it.
    static void Check(ImageLock read, string file)
    {
        if (read.Version != ImageLock.CurrentVersion)
            throw Wrong(file, $"of version {read.Version}, and this ImageSdk reads version {ImageLock.CurrentVersion}");
        if (read.Architecture is null || read.Source is not { Name: not null }
            || read.Bootstrap is { } bootstrap && (HasNull(bootstrap.Essential, bootstrap.Automatic) || bootstrap.Calls?.All(call => !HasNull(call)) != true || bootstrap.Packages is null)
            || read.Install is { } install && (HasNull(install.Requested, install.Automatic) || install.Below is null
                || install.Steps?.All(step => step is not null && !HasNull(step.For, step.Actions)) != true || install.Packages is null))
            throw Wrong(file, "not complete");
        foreach (var packages in new[] { read.Bootstrap?.Packages, read.Install?.Packages })
        {
            if (packages?.FirstOrDefault(package => package is null || !DebianPackage.IsValid(package)) is { } wrong)
                throw Wrong(file, $"not valid: it has a package that cannot be ({wrong.Name} {wrong.Version} {wrong.Architecture})");
            if (packages?.GroupBy(package => package?.Name).FirstOrDefault(group => group.Key is null || group.Count() > 1) is { } twice)
                throw Wrong(file, $"not valid: it has the package {twice.Key} twice");
        }
    }

    static bool HasNull(params ReadOnlySpan<IReadOnlyList<string>?> lists)
    {
        foreach (var list in lists)
            if (list is null || list.Contains(null!))
                return true;
        return false;
    }

    static BuildException Wrong(string file, string what) => new("IMG4021", ImageLock.FaultMessage(what), file);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ImageLock))]
sealed partial class LockJson : JsonSerializerContext;

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(LockedPackage))]
[JsonSerializable(typeof(LockedSource))]
[JsonSerializable(typeof(LockedStep))]
sealed partial class OneLineJson : JsonSerializerContext;
