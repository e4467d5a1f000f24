using System.Text;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Replication;

/// <summary>Which images a replica takes from its master. Others it leaves alone: it neither adds nor deletes them.</summary>
/// <param name="exclude">Null for none.</param>
/// <param name="include">The only ones; null for all.</param>
sealed class ReplicationScope(Filter? exclude, Filter? include)
{
    public static ReplicationScope All { get; } = new(null, null);

    /// <param name="excludeFile">Path of a filter; empty for none.</param>
    /// <param name="includeFile">Path of a filter; empty for none.</param>
    /// <exception cref="FormatException">A file is no filter; the message has the file and the line.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ReplicationScope Load(string excludeFile, string includeFile) => new(LoadFilter(excludeFile), LoadFilter(includeFile));

    public bool Includes(string name)
    {
        var text = new ByteString(Encoding.UTF8.GetBytes(name));
        return exclude?.Matches(text) != true && include?.Matches(text) != false;
    }

    static Filter? LoadFilter(string path)
    {
        if (path.Length == 0)
            return null;
        var filter = Filter.Parse(File.ReadAllText(path));
        return filter.IsValid(out var problem) ? filter : throw new FormatException($"{path}: {problem.Message}", problem);
    }
}
