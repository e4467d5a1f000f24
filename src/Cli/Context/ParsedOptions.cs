using ImageSdk.Cli.Repositories;
using ImageSdk.Cli.Stores;
using ImageSdk.Contracts.Projects;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Context;

/// <summary>The options that every command has, as they were given.</summary>
sealed record ParsedOptions(
    bool IsJson, Func<IImageRepository> OpenRepository, Func<StoreLocation> ReadLocation, Func<string, ServerRepository> OpenServer,
    Func<SrpcDialer> MakeDialer, Func<ImageServerSettings?> ReadServer);
