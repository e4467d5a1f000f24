using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Machines.BootTests;

/// <summary>Finds boot tests: executable files. Others of the folder are brought into the machine with them, for tests to use.</summary>
sealed class BootTestFiles(string projectFile)
{
    /// <summary>They go over a serial port.</summary>
    const long LargestTotal = 4 << 20;

    /// <param name="directory">The conventional folder, which need not be there; null for none.</param>
    /// <param name="more">Tests that lie elsewhere.</param>
    /// <exception cref="BuildException">IMG6060: one is not there, too large, or no test; IMG6054: two have one name.</exception>
    public IReadOnlyList<BootTestScript> Read(string? directory, IReadOnlyList<string> more)
    {
        var files = new List<BootTestScript>();
        if (directory is not null && Directory.Exists(directory))
            files.AddRange(Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                .Select(file => (File: file, Name: Path.GetRelativePath(directory, file)))
                .Where(file => !file.Name.Split('/').Any(part => part.StartsWith('.')))
                .Select(file => new BootTestScript(file.Name, file.File, IsTest: IsExecutable(file.File) && !file.Name.Contains('/'))));
        foreach (var file in more)
        {
            if (!File.Exists(file))
                throw Fault($"The boot test {file} is not there. Correct the item ImageBootTest.");
            if (!IsExecutable(file))
                throw Fault($"The boot test {file} is not executable. Make it executable (chmod +x).");
            files.Add(new(Path.GetFileName(file), file, IsTest: true));
        }
        files.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        if (files.GroupBy(file => file.Name).FirstOrDefault(group => group.Count() > 1) is { } same)
            throw new BuildException("IMG6054", $"Two boot tests are called {same.Key}: {string.Join(" and ", same.Select(file => file.File))}. Rename one.", projectFile);
        if (files.Sum(file => new FileInfo(file.File).Length) is > LargestTotal and var total)
            throw Fault($"Boot tests and their data have {total} bytes; at most {LargestTotal} can be brought into the machine. Put large data into the image.");
        return files;
    }

    static bool IsExecutable(string file) => (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0;

    BuildException Fault(string message) => new("IMG6060", message, projectFile);
}
