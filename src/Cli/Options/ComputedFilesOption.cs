using System.CommandLine;
using ImageSdk.Images;

namespace ImageSdk.Cli.Options;

/// <summary>--computed-files-root: where the contents of computed files are, which an image has not got.</summary>
sealed class ComputedFilesOption : Option<string?>
{
    public ComputedFilesOption() : base("--computed-files-root")
    {
        Description = "A directory tree with the contents of computed files [default: they are empty]";
        HelpName = "DIR";
    }

    /// <summary>Reads the content at a path; null where no directory is named.</summary>
    public Func<ByteString, byte[]?>? Read(ParseResult arguments) =>
        arguments.GetValue(this) is { } root ? path => ReadFile(root, path) : null;

    static byte[] ReadFile(string root, ByteString path)
    {
        try
        {
            return File.ReadAllBytes(Path.Join(root, path.ToString()));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"missing computed file: {path}", exception);
        }
    }
}
