using ImageSdk.ImageServer.Tests;

// A process of its own for tests that kill one: serves the objects of a directory and says on which port.
if (args is not ["serve-objects", var directory])
    return 2;
using var server = new ObjectServer(directory: directory);
Console.WriteLine(server.Port);
await Task.Delay(Timeout.Infinite);
return 0;
