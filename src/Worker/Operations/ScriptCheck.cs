using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Worker.Operations;

/// <summary>Names what would make a script fail in ways that its output does not explain.</summary>
static class ScriptCheck
{
    const int LongestInterpreterLine = 256;

    /// <param name="file">The script on the building machine.</param>
    public static void Check(string file, StageContext context)
    {
        if ((File.GetUnixFileMode(file) & UnixFileMode.UserExecute) == 0)
            context.Warn("IMG3013", $"{file} is not executable; it is run all the same. Set its mode (chmod +x), or give the file a name that begins with \".\" if it is no script.", file);
        if (ReadInterpreter(file) is not { } interpreter)
            return;
        if (interpreter.EndsWith('\r'))
            throw new BuildException("IMG3011",
                $"{file} has Windows line ends: its first line asks for the interpreter \"{interpreter.TrimEnd('\r')}\\r\". Convert it (sed -i 's/\\r$//'), and keep it so with \"eol=lf\" in .gitattributes.", file, 1);
        if (context.Handle.StatInRoot(Encoding.UTF8.GetBytes(interpreter.TrimStart('/'))) is null)
            throw new BuildException("IMG3012",
                $"{file} asks for the interpreter {interpreter}, which the image does not have. Install it before this stage, or use one that is there.", file, 1);
    }

    static string? ReadInterpreter(string file)
    {
        using var stream = File.OpenRead(file);
        var buffer = new byte[LongestInterpreterLine];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        var head = buffer.AsSpan(0, length);
        if (!head.StartsWith("#!"u8))
            return null;
        var end = head.IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(end < 0 ? head[2..] : head[2..end]);
        // "\r" is no separator for the kernel, so it stays with the word that it follows.
        return line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first : null;
    }
}
