namespace ImageSdk.ImageService.Builders;

/// <summary>How image projects are built on this machine.</summary>
/// <param name="CacheDirectory">Where layers are kept.</param>
/// <param name="StoreDirectory">Where source images lie.</param>
/// <param name="ImageSdkDirectory">The unpacked package ImageSdk; empty where projects are not built.</param>
/// <param name="WorkerAssembly">Path of the worker.</param>
/// <param name="Dotnet">Path of the host that runs it.</param>
sealed record EngineSettings(string CacheDirectory, string StoreDirectory, string ImageSdkDirectory, string WorkerAssembly, string Dotnet);
