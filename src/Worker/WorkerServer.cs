using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using ImageSdk.Artifacts;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Debian.Installing;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Storage;
using ImageSdk.Worker.Operations;
using ImageSdk.Worker.Speculation;

namespace ImageSdk.Worker;

/// <summary>
/// The process that works inside the namespaces: the first process of its own PID namespace, root there, with mounts that
/// no other process sees. It answers requests from standard input until that closes; then, or on a request to cancel, it
/// ends all that it started.
/// </summary>
public sealed class WorkerServer
{
    static readonly TimeSpan KillInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>How often a worker that ends says that it still does.</summary>
    static readonly TimeSpan EndingInterval = TimeSpan.FromMilliseconds(500);

    readonly BinaryWriter output;
    readonly Channel<WorkerRequest> requests = Channel.CreateUnbounded<WorkerRequest>();
    readonly CancellationTokenSource cancellation = new();
    SpeculativeStages? speculative;
    Lazy<SecretMask> mask = new(() => new(MachineProxies.Current.Credentials));

    WorkerServer(Stream output) => this.output = new BinaryWriter(new BufferedStream(output), Encoding.UTF8);

    /// <param name="cacheDirectory">Root of the layer cache, made by the build that started this process.</param>
    /// <param name="userId">Of the building user, outside the namespaces.</param>
    public static int Run(string cacheDirectory, uint userId)
    {
        Processes.SetUmask(0x12); // 022, whatever the user's own is: images must not depend on it.
        Processes.KeepDescriptors();
        Processes.ForgoCoreDumps();
        HostPrograms.RequireBubblewrap();
        // Its own: this process is the first of namespaces of its own.
        if (Environment.ProcessId == 1)
            Processes.SetHostName("localhost");
        var server = new WorkerServer(Console.OpenStandardOutput());
        Console.SetOut(TextWriter.Null); // Standard output is the protocol's alone.
        var store = new LayerStore(cacheDirectory, userId);
        store.CreateDirectories();
        Directory.SetCurrentDirectory(store.Root);
        // Without links in it, as the kernel names mounts.
        store = new LayerStore(Path.GetDirectoryName(Directory.GetCurrentDirectory())!, userId);
        new Thread(server.ReadRequests) { IsBackground = true, Name = "requests" }.Start();
        if (ProcessRights.Current is { HasFewIds: true } rights)
            server.Send(new DiagnosticEvent(new(DiagnosticSeverity.Warning, "IMG3113",
                $"The build runs in a user namespace of {rights.Ids} ids: only files that belong to root can be made, and packages with others fail. {FewIds}")));
        using (var session = new WorkerSession(store, new Reporter(server), server.cancellation.Token))
        {
            server.Serve(session);
        }
        return 0;
    }

    const string FewIds =
        "Start the build as the ordinary user, outside of the namespace; or make one with all ids: unshare --map-root-user --map-auto (and subordinate ids in /etc/subuid and /etc/subgid).";

    void ReadRequests()
    {
        using var reader = new BinaryReader(new BufferedStream(Console.OpenStandardInput()));
        while (TryRead(reader) is { } request and not CancelRequest)
            requests.Writer.TryWrite(request);
        // Cancelled, or the build is gone: end what runs, then what is waiting.
        cancellation.Cancel();
        requests.Writer.TryComplete();
        // Another thread may be about to start something. This one ends with the process.
        for (var said = Stopwatch.GetTimestamp(); ; Thread.Sleep(KillInterval))
        {
            Processes.KillAllOthers();
            if (Stopwatch.GetElapsedTime(said) < EndingInterval)
                continue;
            Send(new ProgressEvent("Cleaning up"));
            said = Stopwatch.GetTimestamp();
        }
    }

    // A build that is killed may leave half a request.
    static WorkerRequest? TryRead(BinaryReader reader)
    {
        try
        {
            return WorkerMessages.Requests.TryRead(reader);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    void Serve(WorkerSession session)
    {
        session.SweepAbandoned();
        try
        {
            // This thread starts all sandboxes, and they end with it.
            while (requests.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                while (requests.Reader.TryRead(out var request))
                    Send(Answer(session, request));
        }
        finally
        {
            speculative?.Dispose();
        }
    }

    WorkerEvent Answer(WorkerSession session, WorkerRequest request)
    {
        try
        {
            session.Cancellation.ThrowIfCancellationRequested();
            switch (request)
            {
                case RunStageRequest stage:
                    return speculative?.TryTake(stage, session) ?? StageRunner.Run(session, stage);
                case PrefetchStagesRequest ahead:
                    speculative?.Dispose();
                    speculative = new(session, ahead.Stages);
                    return new DoneEvent();
                case SealImageRequest seal:
                    return new DoneEvent(Layer: ImageSealer.Seal(session, seal).Measure());
                case RunTestsRequest tests:
                    return new DoneEvent(new TestRunner(session).Run(tests));
                case OpenShellRequest shell:
                    return new DoneEvent(ExitCode: ShellRunner.Run(session, shell));
                case StoreObjectsRequest objects:
                    new ObjectStorer(session).Store(objects);
                    return new DoneEvent();
                case PackImageRequest pack:
                    new ImagePacker(session).Pack(pack);
                    return new DoneEvent();
                case PlanBootstrapRequest plan:
                    return new DoneEvent(Bootstrap: PackageLocker.Plan(session, plan.Bootstrap));
                case PlanPackagesRequest { Stage: { Operations: [InstallPackagesOperation install] } stage }:
                    return new DoneEvent(Installation: DebianInstaller.Plan(session, stage, install));
                case FetchPackagesRequest packages:
                    PackageLocker.Fetch(session, packages);
                    return new DoneEvent();
                case InspectImageRequest inspection:
                    return new DoneEvent(Inspection: ImageInspector.Inspect(session, inspection));
                case FetchLayerRequest fetch:
                    return new DoneEvent(Layer: new SharedLayers(session, fetch.Cache).Fetch(fetch.LayerId)?.Measure());
                case SendLayerRequest send:
                    new SharedLayers(session, send.Cache).Send(send.LayerId);
                    return new DoneEvent();
                case MakeArtifactRequest artifact:
                    new ArtifactWriter(session).Write(artifact);
                    return new DoneEvent();
                case CopyArtifactsRequest artifacts:
                    new ArtifactCopier(session).Copy(artifacts);
                    return new DoneEvent();
                case RemoveArtifactsRequest artifacts:
                    ArtifactCopier.Remove(artifacts);
                    return new DoneEvent();
                case MaskRequest { Values: var values }:
                    session.Masked = values;
                    mask = new(() => new(MachineProxies.Current.Credentials.Concat(values)));
                    return new DoneEvent();
                case RemoveEntriesRequest removal:
                    EntryRemover.Remove(session, removal.Paths);
                    return new DoneEvent();
                case VerifyLayersRequest verification:
                    return new DoneEvent(Faults: LayerVerifier.FindFaults(
                        session.Store, verification.Layers, verification.Content, session.Cancellation));
                default:
                    throw new InvalidOperationException($"No such request: {request.GetType().Name}");
            }
        }
        catch (Exception exception)
        {
            return new FailedEvent(NameFewIds(Explain(exception, session)));
        }
    }

    // What the kernel says to an owner that the namespace does not have.
    static Diagnostic NameFewIds(Diagnostic diagnostic) =>
        ProcessRights.Current is { HasFewIds: true } rights && diagnostic.Message.Contains("Invalid argument", StringComparison.Ordinal)
            ? diagnostic with { Message = $"{diagnostic.Message} The reason may be an owner of a file: this user namespace has {rights.Ids} ids. {FewIds}" }
            : diagnostic;

    static Diagnostic Explain(Exception exception, WorkerSession session) => exception switch
    {
        _ when session.Cancellation.IsCancellationRequested =>
            new(DiagnosticSeverity.Error, "IMG3001", "The build was cancelled."),
        BuildException build => build.Diagnostic,
        ArtifactException artifact => new(DiagnosticSeverity.Error, artifact.Code, artifact.Message),
        AggregateException { InnerExceptions: [var inner, ..] } => Explain(inner, session),
        TreeDepthException => new(DiagnosticSeverity.Error, "IMG5260", $"What a stage leaves cannot be an image: {exception.Message}. Have it make no deeper ones, or remove them."),
        IOException { HResult: Errno.NoSpace or Errno.QuotaExceeded } =>
            new(DiagnosticSeverity.Error, "IMG3005",
                $"The disk is full: {exception.Message}. Free space on the file system of {session.Store.Root}, or put ImageCacheDirectory elsewhere. Nothing was stored."),
        ImageFormatException => new(DiagnosticSeverity.Error, "IMG5001", $"The image's tree is not valid: {exception.Message}."),
        FilterException => new(DiagnosticSeverity.Error, "IMG1020", exception.Message),
        StoreException =>
            new(DiagnosticSeverity.Error, "IMG3006", $"A store could not be read or written: {exception.Message}. Check it (imagesdk verify)."),
        IOException or UnauthorizedAccessException => FileFault.Explain(exception, "IMG3006", "IMG3005")!,
        _ => new(DiagnosticSeverity.Error, "IMG9999", $"Internal error in the build worker: {exception}"),
    };

    void Send(WorkerEvent @event)
    {
        if (@event is FailedEvent { Diagnostic: var diagnostic })
            @event = new FailedEvent(diagnostic with { Message = mask.Value.Apply(diagnostic.Message) });
        lock (output)
        {
            try
            {
                WorkerMessages.Events.Write(output, @event);
                output.Flush();
            }
            catch (IOException)
            {
                // The build is gone; the reader of requests sees that too and ends the work.
            }
        }
    }

    sealed class Reporter(WorkerServer server) : IBuildListener
    {
        public void Report(Diagnostic diagnostic) => server.Send(new DiagnosticEvent(diagnostic));

        public void Progress(string message) => server.Send(new ProgressEvent(message));

        public void Output(string line) => server.Send(new OutputEvent(line));
    }
}
