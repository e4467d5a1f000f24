using System.Text;
using System.Text.Json;

namespace ImageSdk.Machines.Testing;

/// <summary>The program that a <see cref="TestPlan"/> names: reads which tests to run, runs them and tells what they do.</summary>
public static class TestProgram
{
    /// <param name="settingsFile">As <see cref="TestPlanner"/> wrote it.</param>
    public static async Task<int> RunAsync(string settingsFile)
    {
        var settings = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(settingsFile), TestRunJson.Default.TestRunSettings)!;
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        if (await input.ReadLineAsync() is not { } line)
            return 1;
        using var cancellation = new CancellationTokenSource();
        // Whoever wants the results keeps our input open.
        _ = Task.Run(async () =>
        {
            while (await input.ReadLineAsync() is not null)
            {
            }
            await cancellation.CancelAsync();
        });
        var access = new Lock();
        var run = new ImageTestRun(settings, told =>
        {
            lock (access)
                output.WriteLine(JsonSerializer.Serialize(told, TestEventJson.Default.TestEvent));
        });
        try
        {
            await run.RunAsync(JsonSerializer.Deserialize(line, TestEventJson.Default.StringArray)!, cancellation.Token);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 1;
        }
    }
}
