using System.Text.Json.Serialization;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Inspection;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;

namespace ImageSdk.Contracts.Messages;

/// <summary>
/// The form in which a build and its worker, who are always of one version, send each other messages. What a small build says goes
/// field by field, all else as JSON within.
/// </summary>
static class WorkerMessages
{
    public static MessageForms<WorkerRequest> Requests { get; } = new(
        MessageForm<WorkerRequest>.OfFields(Write, ReadRunStage),
        MessageForm<WorkerRequest>.OfFields(Write, ReadSealImage),
        MessageForm<WorkerRequest>.OfFields(Write, ReadRunTests),
        MessageForm<WorkerRequest>.OfFields(Write, ReadStoreObjects),
        MessageForm<WorkerRequest>.OfFields(Write, ReadOpenShell),
        MessageForm<WorkerRequest>.OfFields<CancelRequest>((_, _) => { }, _ => new()),
        MessageForm<WorkerRequest>.OfFields<PrefetchStagesRequest>((writer, request) => writer.WriteList(request.Stages, Write), reader => new(reader.ReadList(ReadRunStage))),
        MessageForm<WorkerRequest>.OfFields<PlanPackagesRequest>((writer, plan) => Write(writer, plan.Stage), reader => new(ReadRunStage(reader))),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.PackImageRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.PlanBootstrapRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.FetchPackagesRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.RemoveEntriesRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.VerifyLayersRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.FetchLayerRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.SendLayerRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.MakeArtifactRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.CopyArtifactsRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.RemoveArtifactsRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.InspectImageRequest),
        MessageForm<WorkerRequest>.OfJson(() => WorkerJson.Default.MaskRequest));

    public static MessageForms<WorkerEvent> Events { get; } = new(
        MessageForm<WorkerEvent>.OfFields<OutputEvent>((writer, output) => writer.Write(output.Line), reader => new(reader.ReadString())),
        MessageForm<WorkerEvent>.OfFields<ProgressEvent>((writer, progress) => writer.Write(progress.Text), reader => new(reader.ReadString())),
        MessageForm<WorkerEvent>.OfFields<DiagnosticEvent>((writer, told) => Write(writer, told.Diagnostic), reader => new(ReadDiagnostic(reader))),
        MessageForm<WorkerEvent>.OfFields<FailedEvent>((writer, failed) => Write(writer, failed.Diagnostic), reader => new(ReadDiagnostic(reader))),
        MessageForm<WorkerEvent>.OfFields(Write, ReadDone));

    static MessageForms<StageOperation> Operations { get; } = new(
        MessageForm<StageOperation>.OfFields(Write, ReadCopyTree),
        MessageForm<StageOperation>.OfFields(Write, ReadCopyFile),
        MessageForm<StageOperation>.OfFields<RestoreFilesOperation>(
            (writer, restore) =>
            {
                writer.WriteList(restore.Trees, Write);
                writer.WriteList(restore.Files, Write);
            },
            reader => new(reader.ReadList(ReadCopyTree), reader.ReadList(ReadCopyFile))),
        MessageForm<StageOperation>.OfFields(Write, ReadRunScripts),
        MessageForm<StageOperation>.OfFields<CleanPackagesOperation>((writer, clean) =>
        {
            writer.WriteTexts(clean.KeptIdentity);
            writer.WriteTexts(clean.OwnIdentity);
        }, reader => new(reader.ReadTexts(), reader.ReadTexts())),
        MessageForm<StageOperation>.OfJson(() => WorkerJson.Default.BootstrapOperation),
        MessageForm<StageOperation>.OfJson(() => WorkerJson.Default.UnpackFileOperation),
        MessageForm<StageOperation>.OfJson(() => WorkerJson.Default.AptBootstrapOperation),
        MessageForm<StageOperation>.OfJson(() => WorkerJson.Default.UnpackOperation),
        MessageForm<StageOperation>.OfJson(() => WorkerJson.Default.UnpackPackageOperation),
        MessageForm<StageOperation>.OfJson(() => WorkerJson.Default.AddArchivesOperation),
        MessageForm<StageOperation>.OfJson(() => WorkerJson.Default.RemoveArchivesOperation),
        MessageForm<StageOperation>.OfJson(() => WorkerJson.Default.InstallPackagesOperation),
        MessageForm<StageOperation>.OfJson(() => WorkerJson.Default.ApplySettingsOperation));

    static void Write(BinaryWriter writer, RunStageRequest request)
    {
        writer.Write(request.Stage);
        writer.Write(request.LayerId);
        writer.WriteTexts(request.Layers);
        writer.WriteList(request.Operations, Operations.Write);
        Write(writer, request.Settings);
        writer.Write(request.Inputs);
    }

    static RunStageRequest ReadRunStage(BinaryReader reader) => new(
        reader.ReadString(), reader.ReadString(), reader.ReadTexts(), reader.ReadList(Operations.Read), ReadSettings(reader), reader.ReadString());

    static void Write(BinaryWriter writer, SealImageRequest request)
    {
        writer.Write(request.LayerId);
        writer.WriteTexts(request.Layers);
        writer.WriteTexts(request.ExcludedPaths);
        writer.WriteList(request.ComputedFiles, static (writer, file) => writer.WritePair(file.Filename, file.Source));
        writer.Write(request.TestsTarget);
        writer.WriteOptional(request.TestsDirectory);
        writer.WriteTexts(request.TestFiles);
        Write(writer, request.Settings);
        writer.Write(request.Inputs);
    }

    static SealImageRequest ReadSealImage(BinaryReader reader) => new(
        reader.ReadString(), reader.ReadTexts(), reader.ReadTexts(), reader.ReadList(static reader => new ComputedFileSetting(reader.ReadString(), reader.ReadString())),
        reader.ReadString(), reader.ReadOptional(), reader.ReadTexts(), ReadSettings(reader), reader.ReadString());

    static void Write(BinaryWriter writer, RunTestsRequest request)
    {
        writer.WriteTexts(request.Layers);
        writer.WriteTexts(request.Tests);
        writer.Write(request.TimeoutSeconds);
        Write(writer, request.Settings);
    }

    static RunTestsRequest ReadRunTests(BinaryReader reader) => new(reader.ReadTexts(), reader.ReadTexts(), reader.ReadDouble(), ReadSettings(reader));

    static void Write(BinaryWriter writer, OpenShellRequest request)
    {
        writer.WriteTexts(request.Layers);
        writer.WriteTexts(request.Command);
        writer.WriteOptional(request.Terminal);
        writer.WriteOptional(request.TerminalType);
        Write(writer, request.Settings);
    }

    static OpenShellRequest ReadOpenShell(BinaryReader reader) =>
        new(reader.ReadTexts(), reader.ReadTexts(), reader.ReadOptional(), reader.ReadOptional(), ReadSettings(reader));

    static void Write(BinaryWriter writer, StoreObjectsRequest request)
    {
        writer.WriteTexts(request.Layers);
        writer.WriteList(request.Objects, static (writer, item) =>
        {
            writer.WriteBytes(item.Path);
            writer.WriteBytes(item.Hash);
        });
        writer.Write(request.ObjectDirectory);
    }

    static StoreObjectsRequest ReadStoreObjects(BinaryReader reader) => new(
        reader.ReadTexts(), reader.ReadList(static reader => new ImageObject(reader.ReadCountedBytes(), reader.ReadCountedBytes())), reader.ReadString());

    static void Write(BinaryWriter writer, CopyTreeOperation copy)
    {
        writer.Write(copy.Label);
        writer.Write(copy.Directory);
        writer.Write((byte)copy.Use);
        writer.Write(copy.TargetPath);
        writer.WriteOptionalJson(copy.Owner, () => WorkerJson.Default.FileOwner);
    }

    static CopyTreeOperation ReadCopyTree(BinaryReader reader) => new(reader.ReadString(), reader.ReadString(), (ProjectTreeUse)reader.ReadByte(), reader.ReadString())
    {
        Owner = reader.ReadOptionalJson(() => WorkerJson.Default.FileOwner),
    };

    static void Write(BinaryWriter writer, CopyFileOperation copy)
    {
        writer.Write(copy.Source);
        writer.Write(copy.TargetPath);
        writer.Write(copy.Mode.HasValue);
        writer.Write(copy.Mode.GetValueOrDefault());
        writer.WriteOptionalJson(copy.Owner, () => WorkerJson.Default.FileOwner);
    }

    static CopyFileOperation ReadCopyFile(BinaryReader reader)
    {
        var (source, target, hasMode, mode) = (reader.ReadString(), reader.ReadString(), reader.ReadBoolean(), reader.ReadUInt32());
        return new(source, target, hasMode ? mode : null) { Owner = reader.ReadOptionalJson(() => WorkerJson.Default.FileOwner) };
    }

    static void Write(BinaryWriter writer, RunScriptsOperation scripts)
    {
        writer.Write(scripts.Label);
        writer.WriteTexts(scripts.Files);
    }

    static RunScriptsOperation ReadRunScripts(BinaryReader reader) => new(reader.ReadString(), reader.ReadTexts());

    static void Write(BinaryWriter writer, CommandSettings settings)
    {
        writer.WriteList(settings.Environment, static (writer, variable) => writer.WritePair(variable.Key, variable.Value));
        writer.WriteList(settings.BindMounts, static (writer, mount) =>
        {
            writer.WritePair(mount.Source, mount.Target);
            writer.Write(mount.Writable);
        });
        writer.WriteList(settings.Secrets, static (writer, secret) =>
        {
            writer.Write(secret.Name);
            writer.WriteBytes(secret.Value);
        });
        writer.Write(settings.Network);
        writer.WriteTexts(settings.Capabilities);
        writer.Write(settings.Limits.Processes ?? -1);
        writer.Write(settings.Limits.Memory);
        writer.Write(settings.Limits.Disk);
        writer.Write(settings.Limits.Entries);
        writer.Write(settings.Limits.Archive);
        writer.Write(settings.Limits.ArchiveRatio);
        writer.Write((byte)settings.Isolation);
        writer.WriteList(settings.HostPorts, static (writer, port) => writer.Write(port));
        writer.Write(settings.HasTests);
        writer.Write(settings.Speculation);
    }

    static CommandSettings ReadSettings(BinaryReader reader)
    {
        var environment = new Dictionary<string, string>();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            environment.Add(reader.ReadString(), reader.ReadString());
        return new(
            environment, reader.ReadList(static reader => new BindMount(reader.ReadString(), reader.ReadString(), reader.ReadBoolean())),
            reader.ReadList(static reader => new SecretValue(reader.ReadString(), reader.ReadCountedBytes())), reader.ReadBoolean())
        {
            Capabilities = reader.ReadTexts(),
            Limits = new()
            {
                Processes = reader.ReadInt32() is var processes and >= 0 ? processes : null, Memory = reader.ReadInt64(), Disk = reader.ReadInt64(),
                Entries = reader.ReadInt32(), Archive = reader.ReadInt64(), ArchiveRatio = reader.ReadInt32(),
            },
            Isolation = (NetworkIsolation)reader.ReadByte(),
            HostPorts = reader.ReadList(static reader => reader.ReadInt32()),
            HasTests = reader.ReadBoolean(),
            Speculation = reader.ReadBoolean(),
        };
    }

    static void Write(BinaryWriter writer, Diagnostic diagnostic)
    {
        writer.Write((byte)diagnostic.Severity);
        writer.Write(diagnostic.Code);
        writer.Write(diagnostic.Message);
        writer.WriteOptional(diagnostic.File);
        writer.Write(diagnostic.Line);
        writer.Write(diagnostic.Column);
    }

    static Diagnostic ReadDiagnostic(BinaryReader reader) => new(
        (DiagnosticSeverity)reader.ReadByte(), reader.ReadString(), reader.ReadString(), reader.ReadOptional(), reader.ReadInt32(), reader.ReadInt32());

    static void Write(BinaryWriter writer, DoneEvent done)
    {
        writer.Write(done.Tests is not null);
        writer.WriteList(done.Tests ?? [], static (writer, test) =>
        {
            writer.Write(test.Test);
            writer.Write(test.Seconds);
            writer.WriteOptional(test.Error);
            writer.WriteTexts(test.Output);
            writer.Write(test.ExitCode.HasValue);
            writer.Write(test.ExitCode.GetValueOrDefault());
        });
        writer.WriteOptionalJson(done.Faults, () => WorkerJson.Default.IReadOnlyListLayerFault);
        writer.Write(done.Layer is not null);
        writer.Write(done.Layer?.Bytes ?? 0);
        writer.Write(done.Layer?.Entries ?? 0);
        writer.WriteOptional(done.Summary);
        writer.WriteOptionalJson(done.Bootstrap, () => WorkerJson.Default.LockedBootstrap);
        writer.WriteOptionalJson(done.Installation, () => WorkerJson.Default.LockedInstallation);
        writer.WriteOptionalJson(done.Inspection, () => WorkerJson.Default.ImageInspection);
        writer.WriteOptional(done.ProvisionalKey);
        writer.Write(done.ExitCode.HasValue);
        writer.Write(done.ExitCode.GetValueOrDefault());
    }

    static TestOutcome ReadTestOutcome(BinaryReader reader)
    {
        var (test, seconds, error, output) = (reader.ReadString(), reader.ReadDouble(), reader.ReadOptional(), reader.ReadTexts());
        return new(test, seconds, error, output, ReadExitCode(reader));
    }

    static int? ReadExitCode(BinaryReader reader) => (reader.ReadBoolean(), reader.ReadInt32()) is (true, var exitCode) ? exitCode : null;

    static DoneEvent ReadDone(BinaryReader reader)
    {
        var hasTests = reader.ReadBoolean();
        var tests = reader.ReadList(ReadTestOutcome);
        var faults = reader.ReadOptionalJson(() => WorkerJson.Default.IReadOnlyListLayerFault);
        var hasLayer = reader.ReadBoolean();
        var layer = new LayerSize(reader.ReadUInt64(), reader.ReadInt32());
        return new(
            hasTests ? tests : null, faults, hasLayer ? layer : null, reader.ReadOptional(),
            reader.ReadOptionalJson(() => WorkerJson.Default.LockedBootstrap), reader.ReadOptionalJson(() => WorkerJson.Default.LockedInstallation),
            reader.ReadOptionalJson(() => WorkerJson.Default.ImageInspection), reader.ReadOptional(), ReadExitCode(reader));
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PackImageRequest))]
[JsonSerializable(typeof(PlanBootstrapRequest))]
[JsonSerializable(typeof(FetchPackagesRequest))]
[JsonSerializable(typeof(RemoveEntriesRequest))]
[JsonSerializable(typeof(VerifyLayersRequest))]
[JsonSerializable(typeof(FetchLayerRequest))]
[JsonSerializable(typeof(SendLayerRequest))]
[JsonSerializable(typeof(MakeArtifactRequest))]
[JsonSerializable(typeof(CopyArtifactsRequest))]
[JsonSerializable(typeof(RemoveArtifactsRequest))]
[JsonSerializable(typeof(InspectImageRequest))]
[JsonSerializable(typeof(MaskRequest))]
[JsonSerializable(typeof(BootstrapOperation))]
[JsonSerializable(typeof(UnpackFileOperation))]
[JsonSerializable(typeof(AptBootstrapOperation))]
[JsonSerializable(typeof(UnpackOperation))]
[JsonSerializable(typeof(UnpackPackageOperation))]
[JsonSerializable(typeof(AddArchivesOperation))]
[JsonSerializable(typeof(RemoveArchivesOperation))]
[JsonSerializable(typeof(InstallPackagesOperation))]
[JsonSerializable(typeof(ApplySettingsOperation))]
[JsonSerializable(typeof(FileOwner))]
[JsonSerializable(typeof(IReadOnlyList<LayerFault>))]
[JsonSerializable(typeof(LockedBootstrap))]
[JsonSerializable(typeof(LockedInstallation))]
[JsonSerializable(typeof(ImageInspection))]
sealed partial class WorkerJson : JsonSerializerContext;
