using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Lending;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Packagers;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Worker.Operations;

/// <summary>
/// Finds out at which command a test failed: it runs the test again on a root as it was, and has the shell say what it does. Tests
/// that are no shell scripts, and those that end otherwise the second time, stay without an answer.
/// </summary>
sealed partial class TestTracer(WorkerSession session, RunTestsRequest request)
{
    /// <summary>Of tests that are run again; more failures than that have one cause.</summary>
    const int MostTests = 8;

    static readonly TimeSpan longestTimeout = TimeSpan.FromSeconds(30);

    static readonly string[] shells = ["sh", "bash", "dash", "ksh"];

    // Bash repeats the first character for each level: one for this script, one for the test, one more for each $( ). It takes no PS4 from
    // the environment of root. dash says neither level nor, as Debian builds it, line.
    const string Script = "PS4='@imagesdk-trace $LINENO '; set -x; . \"$0\"";

    /// <summary>Adds to each failure at which command it came, where that is known.</summary>
    public void Explain(TestOutcome[] outcomes)
    {
        var failed = Enumerable.Range(0, outcomes.Length).Where(index => outcomes[index].ExitCode is not 0).Take(MostTests).ToList();
        if (failed.Count == 0 || TimeSpan.FromSeconds(request.TimeoutSeconds) > longestTimeout)
            return;
        using var root = new StageRoot(session, request.Layers);
        using var context = new StageContext(root, request.Settings, session, new SilentListener());
        using var mountPoints = context.MakeMountPoints();
        using var resolver = request.Settings.Network ? new LentResolver(context.Handle) : null;
        using var programs = context.CoverPrograms();
        // A thread each: a sandbox ends with the thread that started it.
        var threads = failed.Select(index => new Thread(() => outcomes[index] = Explain(outcomes[index], root, context, programs))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    TestOutcome Explain(TestOutcome outcome, StageRoot root, StageContext context, CoveredPrograms programs)
    {
        if (ReadShell(context, outcome.Test) is not { } shell)
            return outcome;
        var commands = new Queue<(string Line, string Text)>();
        try
        {
            if (Run(outcome, shell, root, context, programs, commands) == outcome.ExitCode && commands.Count > 0)
                return outcome with { Error = $"{outcome.Error}, {Describe(commands, ReadLines(context, outcome.Test))}" };
        }
        catch (Exception exception) when (exception is IOException or System.ComponentModel.Win32Exception or BuildException)
        {
            // What is known of the failure is reported all the same.
        }
        return outcome;
    }

    int? Run(
        TestOutcome outcome, IReadOnlyList<string> shell, StageRoot root, StageContext context, CoveredPrograms programs, Queue<(string, string)> commands)
    {
        try
        {
            using var output = new CommandOutput(context.Show, line =>
            {
                if (Trace().Match(line) is not { Success: true } match || match.Groups["depth"].Length > 2 || match.Groups["text"].Value.StartsWith(". ", StringComparison.Ordinal))
                    return;
                if (commands.Count == 2)
                    commands.Dequeue();
                commands.Enqueue((match.Groups["line"].Value, match.Groups["text"].Value));
            });
            return TestCommand.New(root, context, programs, request, output)
                .Run([.. new GenericPackager(context).RunCommand(shell[0]), .. shell.Skip(1), "-c", Script, outcome.Test]);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    static string Describe(Queue<(string Line, string Text)> commands, string[] script) =>
        $"at {Place(commands.Last(), script)}{(commands.Count > 1 ? $" (after {Place(commands.Peek(), script)})" : "")}";

    static string Place((string Line, string Text) command, string[] script)
    {
        var line = command.Line.Length > 0 ? command.Line : FindLine(script, command.Text);
        return line.Length > 0 ? $"line {line}: {command.Text}" : $"\"{command.Text}\"";
    }

    /// <summary>The one line that has a command; empty where several may, or none as it ran.</summary>
    static string FindLine(string[] script, string text)
    {
        var program = text.Split(' ')[0];
        foreach (var matches in new Func<string, bool>[]
        {
            line => line.Trim() == text, line => line.Contains(text, StringComparison.Ordinal), line => line.Split((char[])[' ', '\t', ';', '(', ')', '|', '&', '!']).Contains(program),
        })
            if (Enumerable.Range(0, script.Length).Where(index => matches(script[index])).Take(2).ToList() is [var only])
                return $"{only + 1}";
        return "";
    }

    static string[] ReadLines(StageContext context, string test) =>
        RootFile.TryReadText(context.Handle, test.TrimStart('/'), longest: 1 << 20)?.Split('\n') ?? [];

    /// <summary>The shell that runs a script, with its options; null for anything else.</summary>
    static IReadOnlyList<string>? ReadShell(StageContext context, string test)
    {
        var path = Encoding.UTF8.GetBytes(test.TrimStart('/'));
        if (context.Handle.StatInRoot(path) is not { Kind: Posix.FileKind.Regular })
            return null;
        using var reader = new StreamReader(context.Handle.OpenReadInRoot(path));
        var buffer = new char[256];
        var text = buffer.AsSpan(0, reader.ReadBlock(buffer));
        if (!text.StartsWith("#!") || text.IndexOf('\n') is var end && end < 0)
            return null;
        List<string> words = [.. text[2..end].ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        if (words is [var env, _, ..] && Path.GetFileName(env) == "env")
            words.RemoveAt(0);
        return words is [var program, ..] && shells.Contains(Path.GetFileName(program)) ? words : null;
    }

    [GeneratedRegex("^(?<depth>@+)imagesdk-trace (?<line>[0-9]*) (?<text>.*)$", RegexOptions.Singleline)]
    private static partial Regex Trace();
}
