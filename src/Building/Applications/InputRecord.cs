using System.Security.Cryptography;
using System.Text;
using ImageSdk.Contracts;

namespace ImageSdk.Building.Applications;

/// <summary>Whether what a command reads is as it was when the command last ran: names, sizes and times of its files.</summary>
/// <param name="record">The file that says how it was.</param>
public sealed class InputRecord(string record)
{
    /// <param name="inputs">Files; folders count with all that is in them.</param>
    /// <param name="key">What else decides what the command makes.</param>
    /// <param name="output">The folder that it makes.</param>
    public bool IsCurrent(IReadOnlyList<string> inputs, string key, string output) =>
        inputs.Count > 0 && Directory.Exists(output) && JsonFile.TryRead(record, ApplicationJson.Default.InputsDigest)?.Digest == Digest(inputs, key, output);

    /// <summary>Notes that the command has run.</summary>
    public void Write(IReadOnlyList<string> inputs, string key, string output)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(record)!);
        JsonFile.Write(record, new(Digest(inputs, key, output)), ApplicationJson.Default.InputsDigest);
    }

    static string Digest(IReadOnlyList<string> inputs, string key, string output)
    {
        var text = new StringBuilder(key).Append('\0').Append(output);
        // What the command writes may lie among what it reads.
        var made = Path.TrimEndingDirectorySeparator(output) + '/';
        foreach (var file in inputs.SelectMany(Files).Where(file => !file.FullName.StartsWith(made, StringComparison.Ordinal)).OrderBy(file => file.FullName, StringComparer.Ordinal))
            text.Append('\n').Append(file.FullName).Append('\0').Append(file.Exists ? $"{file.Length}\0{file.LastWriteTimeUtc.Ticks}" : "");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    static IEnumerable<FileInfo> Files(string input) =>
        Directory.Exists(input) ? FolderFiles.Find(input) : [new FileInfo(input)];
}

sealed record InputsDigest(string Digest);
