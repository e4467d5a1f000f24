using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ImageSdk.Machines.Testing;

namespace ImageSdk.TestAdapter;

/// <summary>The program that runs tests of a plan. It ends by itself when its input closes, and with it all that it started.</summary>
sealed class PlanRun(IReadOnlyList<string> command) : IDisposable
{
    /// <summary>How long a cancelled run may take to clean up before it is killed.</summary>
    static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    readonly StringBuilder errors = new();
    Process? process;

    /// <summary>Why it ended, where that was not because it was done.</summary>
    public string? Fault { get; private set; }

    public IEnumerable<TestEvent> Run(string[] ids)
    {
        var utf8 = new UTF8Encoding(false);
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardInputEncoding = utf8, StandardOutputEncoding = utf8, StandardErrorEncoding = utf8,
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        process.StandardInput.WriteLine(JsonSerializer.Serialize(ids, TestEventJson.Default.StringArray));
        process.StandardInput.Flush();
        while (process.StandardOutput.ReadLine() is { } line)
            if (JsonSerializer.Deserialize(line, TestEventJson.Default.TestEvent) is { } told)
                yield return told;
        process.WaitForExit();
        var said = errors.ToString().Trim();
        Fault = process.ExitCode == 0 ? null : said.Length > 0 ? said : $"The tests' program ended with {process.ExitCode}.";
    }

    public void Cancel()
    {
        try
        {
            process?.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }
        if (process?.WaitForExit(patience) == false)
            process.Kill(entireProcessTree: true);
    }

    public void Dispose()
    {
        Cancel();
        process?.Dispose();
    }
}
