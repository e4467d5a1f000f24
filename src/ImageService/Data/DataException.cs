namespace ImageSdk.ImageService.Data;

/// <summary>A data file cannot be used.</summary>
/// <param name="line">1-based; 0 where it is not known.</param>
sealed class DataException(string code, string message, string? file, int line = 0) : Exception(message)
{
    /// <summary>As compilers write it: <c>FILE(LINE): error CODE: MESSAGE</c>.</summary>
    public string Text => $"{(file is null ? "" : line > 0 ? $"{file}({line}): " : $"{file}: ")}error {code}: {Message}";
}
