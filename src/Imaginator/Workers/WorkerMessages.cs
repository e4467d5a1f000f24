using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Imaginator.Workers;

/// <summary>Asks a coordinator what a worker has to know to build a stream. Dominator has nothing like it.</summary>
sealed record GetWorkerSetupRequest
{
    public const string Service = "ImaginatorWorkers";
    public const string Method = "GetSetup";

    public string StreamName { get; set; } = "";

    public static GobType<GetWorkerSetupRequest> Gob { get; } = new GobStruct<GetWorkerSetupRequest>("GetWorkerSetupRequest")
    {
        { "StreamName", Text, m => m.StreamName, (ref m, v) => m.StreamName = v },
    };
}

/// <summary>The answer to <see cref="GetWorkerSetupRequest"/>.</summary>
sealed record GetWorkerSetupResponse
{
    public string Error { get; set; } = "";

    /// <summary>A <see cref="WorkerSetup"/> as JSON.</summary>
    public byte[] Setup { get; set; } = [];

    public static GobType<GetWorkerSetupResponse> Gob { get; } = new GobStruct<GetWorkerSetupResponse>("GetWorkerSetupResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "Setup", Bytes, m => m.Setup, (ref m, v) => m.Setup = v },
    };
}
