using System.Globalization;
using ImageSdk.Worker;

// Started by a build inside fresh namespaces; see WorkerServer. Not meant to be run by hand.
return args is [var cacheDirectory, var userId] && uint.TryParse(userId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
    ? WorkerServer.Run(cacheDirectory, id)
    : 2;
