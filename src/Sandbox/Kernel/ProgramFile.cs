using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Sandbox.Kernel;

/// <summary>A program of ours that stands in for another one, in a folder of the worker's session.</summary>
static class ProgramFile
{
    /// <returns>Its path. Written once.</returns>
    public static string Write(string directory, string name, string script)
    {
        var file = Path.Combine(directory, name);
        if (!File.Exists(file))
        {
            File.WriteAllText(file, script, new UTF8Encoding(false));
            File.SetUnixFileMode(file, (UnixFileMode)Permissions.Program);
        }
        return file;
    }
}
