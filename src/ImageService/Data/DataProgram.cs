using System.Runtime.InteropServices;
using ImageSdk.Hosting.Flags;
using ImageSdk.ImageService.Hosting;
using ImageSdk.ImageService.Records.Stores;

namespace ImageSdk.ImageService.Data;

/// <summary><c>imagesdk-ims import DIRECTORY</c> and <c>imagesdk-ims export DIRECTORY</c>, with the flags of the daemon.</summary>
static class DataProgram
{
    const int Failed = 1;
    const int WrongUsage = 2;

    public static Task<int> ImportAsync(string[] words) => RunAsync(
        words, "import DIRECTORY [-database=ADDRESS]: adds the records of the original's data files, such as v2.1_images.json", (files, directory, stop) => files.ImportAsync(directory, stop));

    public static Task<int> ExportAsync(string[] words) => RunAsync(
        words, "export DIRECTORY [-database=ADDRESS]: writes all records as the original's data files", (files, directory, stop) => files.ExportAsync(directory, stop));

    static async Task<int> RunAsync(string[] words, string usage, Func<DataFiles, string, CancellationToken, Task> work)
    {
        if (words is not [var directory, .. var rest] || directory.StartsWith('-'))
        {
            var isAsked = words is ["-h" or "-help" or "--help"];
            (isAsked ? Console.Out : Console.Error).WriteLine($"imagesdk-ims {usage}");
            return isAsked ? 0 : WrongUsage;
        }
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            await using var records = await RecordStore.OpenAsync(ImageServiceFlags.ReadDatabase(rest), stop.Token);
            await work(new DataFiles(records, Console.WriteLine), directory, stop.Token);
            return 0;
        }
        catch (FlagException problem)
        {
            Console.Error.WriteLine($"imagesdk-ims: {problem.Message}");
            return WrongUsage;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("imagesdk-ims: stopped");
            return Failed;
        }
        catch (DataException problem)
        {
            Console.Error.WriteLine(problem.Text);
            return Failed;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or FormatException)
        {
            Console.Error.WriteLine(new DataException("IMG7610", problem.Message, file: null).Text);
            return Failed;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
