using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Hosting.Logs;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Hosting.Services;

/// <summary>The service "Logger", which all daemons of the original have: the log, for those who are elsewhere.</summary>
public sealed class LoggerService(ServerLog log, TimeProvider time)
{
    static readonly SrpcMethodOptions oneAtATime = new() { CallsPerUser = 1 };

    readonly DateTimeOffset started = time.GetUtcNow();

    public SrpcService Create() => new SrpcService("Logger")
        .RequestReply("Debug", LoggerDebugRequest.Gob, LoggerDebugResponse.Gob, (request, _) =>
        {
            CheckName(request.Name);
            log.Debug(request.Level, $"Logger.Debug({request.Level}): {string.Join(' ', request.Args)}");
            return Task.FromResult(new LoggerDebugResponse());
        }, oneAtATime)
        .RequestReply("GetStackTrace", LoggerGetStackTraceRequest.Gob, LoggerGetStackTraceResponse.Gob, (_, _) =>
            Task.FromResult(new LoggerGetStackTraceResponse { Data = Encoding.UTF8.GetBytes(ProcessReport.Make(time.GetUtcNow() - started)) }), oneAtATime)
        .RequestReply("Print", LoggerPrintRequest.Gob, LoggerPrintResponse.Gob, (request, _) =>
        {
            CheckName(request.Name);
            log.Write($"Logger.Print(): {string.Join(' ', request.Args)}");
            return Task.FromResult(new LoggerPrintResponse());
        }, oneAtATime)
        .RequestReply("SetDebugLevel", LoggerSetDebugLevelRequest.Gob, LoggerSetDebugLevelResponse.Gob, (request, _) =>
        {
            CheckName(request.Name);
            log.Write($"Logger.SetDebugLevel({request.Level})");
            log.DebugLevel = request.Level;
            return Task.FromResult(new LoggerSetDebugLevelResponse());
        }, oneAtATime)
        .Stream("Watch", WatchAsync, oneAtATime);

    async Task WatchAsync(SrpcServerCall call)
    {
        var request = await call.ReadAsync(LoggerWatchRequest.Gob);
        LogWatch watch;
        try
        {
            CheckName(request.Name);
            watch = log.Watch(Math.Max(request.DebugLevel, -1), Selection(request));
        }
        catch (Exception refusal) when (refusal is SrpcException or FilterException)
        {
            await call.WriteAsync(LoggerWatchResponse.Gob, new() { Error = refusal.Message });
            return;
        }
        using var owned = watch;
        await call.WriteAsync(LoggerWatchResponse.Gob, new());
        await call.FlushAsync();
        var callerGone = CallerWatch.EndWithCallerAsync(call, watch);
        await foreach (var line in watch.Lines.ReadAllAsync(call.Aborted))
        {
            await call.WriteTextAsync(line + "\n");
            if (!watch.Lines.TryPeek(out _))
                await call.FlushAsync();
        }
        await call.FlushAsync();
        throw new SrpcException(callerGone.IsCompleted ? "closed by the caller" : "the caller reads too slowly");
    }

    // A server has one log; the original can have others with names.
    static void CheckName(string name)
    {
        if (name.Length > 0)
            throw new SrpcException($"unknown logger: {name}");
    }

    /// <exception cref="FilterException">An expression is none.</exception>
    static Func<string, bool> Selection(LoggerWatchRequest request)
    {
        var include = Expression(request.IncludeRegex);
        var exclude = Expression(request.ExcludeRegex);
        return line =>
        {
            var bytes = new ByteString(Encoding.UTF8.GetBytes(line));
            return include?.Matches(bytes) != false && exclude?.Matches(bytes) != true;
        };
    }

    // Filters have the expressions of the original, in time that does not explode, but look at the start only.
    static Filter? Expression(string expression)
    {
        if (expression.Length == 0)
            return null;
        var filter = new Filter([$".*(?:{expression})"]);
        filter.Validate();
        return filter;
    }
}
