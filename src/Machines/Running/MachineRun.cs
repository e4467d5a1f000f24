using System.Text.Json.Serialization;
using ImageSdk.Machines.Qemu;

namespace ImageSdk.Machines.Running;

/// <summary>What <c>dotnet run</c> is to boot: run.json in the state of the build.</summary>
/// <param name="Arguments">For QEMU, after ours.</param>
/// <param name="CacheDirectory">Where it is kept whether KVM works.</param>
public sealed record MachineRun(
    string ProjectFile, string Name, MachineSettings Machine, IReadOnlyList<PortForward> Ports, IReadOnlyList<string> Arguments, string CacheDirectory);

[JsonSourceGenerationOptions(WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(MachineRun))]
public sealed partial class MachineRunJson : JsonSerializerContext;
