using System.Text.Json.Serialization;
using ImageSdk.Machines.BootTests;
using ImageSdk.Machines.Qemu;

namespace ImageSdk.Machines.Testing;

/// <summary>What a run of tests needs to know of the build: tests.json in its state.</summary>
/// <param name="ImageTests">Paths in the image by test id.</param>
/// <param name="CacheDirectory">Where it is kept whether KVM works.</param>
sealed record TestRunSettings(
    string ProjectFile, string StateDirectory, string WorkerAssembly, string DotNetHost, string CacheDirectory,
    IReadOnlyDictionary<string, string> ImageTests, BootTestSettings Boot);

/// <summary>Boot tests and the machines that they run on.</summary>
/// <param name="Memory">Bytes.</param>
sealed record BootTestSettings(
    string Architecture, IReadOnlyList<BootTestScript> Files, IReadOnlyList<BootVariant> Variants, long Memory, int Processors,
    TimeSpan BootTimeout, TimeSpan TestTimeout);

/// <summary>A machine that every boot test runs on.</summary>
/// <param name="Format">Of the artifact that it boots.</param>
/// <param name="FormatSettings">What the project says of that format.</param>
/// <param name="InDrive">Whether it lies in a CD drive rather than on a disk.</param>
sealed record BootVariant(string Machine, MachineFirmware Firmware, string Format, IReadOnlyDictionary<string, string> FormatSettings, bool InDrive = false)
{
    /// <summary>What it is booted from: "disk", or "cdrom".</summary>
    public string MediumName => InDrive ? "cdrom" : "disk";

    /// <summary>Short and in lower case: "bios".</summary>
    public string FirmwareName => Firmware.ToString().ToLowerInvariant();
}

[JsonSourceGenerationOptions(WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TestRunSettings))]
sealed partial class TestRunJson : JsonSerializerContext;
